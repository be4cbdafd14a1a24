"""Read the limits that hold for a tip."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache

from runtime.law import Law, read_law
from services.tips.domain.deadline import Length, Limit, Start, Step
from services.tips.domain.nature import Nature
from services.tips.law.extensions import added


def limits_of(nature: Nature | None, reached_on: date, extensions: Sequence[str] = ()) -> tuple[Limit, ...]:
    """Return the limits of what a tip is, as they stood on the day on which it came to the unit.

    Nobody has classified what is nothing yet. `extensions` are the names of those that were granted, in their order.
    """
    return _limits(nature or Nature(), reached_on, tuple(extensions))


@lru_cache(maxsize=4096)
def _limits(nature: Nature, on: date, extensions: tuple[str, ...]) -> tuple[Limit, ...]:
    # Asked for each tip that comes, and for each in a list: few are what few days' tips are.
    found = (_find(step, nature, on, extensions) for step in Step)
    return tuple(one for one in found if one is not None)


def _find(step: Step, nature: Nature, on: date, extensions: Sequence[str]) -> Limit | None:
    for path in nature.paths():
        one = _clocks().find(f"{step}.{path}", on)
        if one is not None:
            # Until somebody says what it is, and as a crime report, it is to be classified by one and the same limit.
            name = step.value if step is Step.CLASSIFY else f"{step}.{path}"
            more = added(step, nature, on, extensions)
            length = Length(one.value, one.unit)
            return Limit(name, step, length, Start(one.runs_from), one.reference, more)
    return None


@cache
def _clocks() -> Law:
    return read_law("services.tips.law", "clocks.yaml")
