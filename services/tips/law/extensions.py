"""Read by how much limits can be extended, and by how much they were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

from runtime.law import Law, read_law
from services.tips.domain.deadline import Length, Step
from services.tips.domain.extension import Extension
from services.tips.domain.nature import Nature


def extensions_of(nature: Nature, on: date) -> tuple[Extension, ...]:
    """Return the extensions that the law knows for what a tip is, as they stood on the day on which it came."""
    found = []
    for name in _extensions().names:
        step, _, rest = name.partition(".")
        path, _, kind = rest.rpartition(".")
        one = _extensions().find(name, on) if path == nature.path else None
        if one is not None:
            found.append(Extension(name, kind, Step(step), frozenset(one.as_number), one.reference))
    return tuple(found)


def added(step: Step, nature: Nature, on: date, granted: Sequence[str]) -> tuple[Length, ...]:
    """Return what those that were granted add to a limit. What was granted to another category adds nothing."""
    of_this = {one.name for one in extensions_of(nature, on) if one.step is step} if granted else set()
    provisions = (_extensions().get(name, on) for name in granted if name in of_this)
    return tuple(Length(one.value, one.unit) for one in provisions)


@cache
def _extensions() -> Law:
    return read_law("services.tips.law", "extensions.yaml")
