"""Which extensions of its limits a tip can get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.tips.domain.deadline import Step
from services.tips.domain.refusals import ExtensionImpossible


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension that the law knows."""

    name: str
    kind: str
    """Its ground: `complex`, `procuracy`."""
    step: Step
    as_number: frozenset[int]
    """As the how manieth extension of its step it can be granted, from 1 on."""
    reference: str


def choose_extension(known: Sequence[Extension], kind: str, granted: Sequence[str]) -> Extension:
    """Return the extension of a kind, if it can be granted now.

    Raises:
        ExtensionImpossible: The law knows none for such a tip, or not as a further one; the error names what it knows.
    """
    possible = [one for one in known if _number(one, known, granted) in one.as_number]
    for one in possible:
        if one.kind == kind:
            return one
    raise ExtensionImpossible(kind=kind, possible=", ".join(one.kind for one in possible) or "—")


def _number(one: Extension, known: Sequence[Extension], granted: Sequence[str]) -> int:
    of_this_step = {other.name for other in known if other.step is one.step}
    return 1 + sum(name in of_this_step for name in granted)
