"""Look figures up in statistics that were released: once and for all, and never summed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Release:
    """What was released of one group, for one unit and one period, on both axes of time."""

    id: UUID
    elements: frozenset[str]
    """What it is about."""
    figures: Mapping[str, int]
    """By element; empty where they are suppressed."""
    suppressed: bool
    """The figures would tell of single persons."""
    occurred_at: int
    """When it was released, in microseconds UTC."""
    recorded_at: int
    """When this system wrote it down, in microseconds UTC."""

    def total(self, elements: Iterable[str]) -> int | None:
        """Return what elements of the release come to; None if one of them has no figure."""
        stated = [self.figures.get(element) for element in elements]
        known = [figure for figure in stated if figure is not None]
        return sum(known) if len(known) == len(stated) else None


def find_release(releases: Iterable[Release], elements: Collection[str], t: int, known_at: int) -> Release | None:
    """Return the latest release that is about all the elements, as of `t`, and as known at `known_at`.

    `releases` are those of one unit and one period. What is built of no element is looked up nowhere.
    """
    fitting = [
        one
        for one in releases
        if elements and one.elements.issuperset(elements) and one.occurred_at <= t and one.recorded_at <= known_at
    ]
    # Ids grow with time: they order what was released, and told, at the same instant.
    return max(fitting, key=lambda one: (one.occurred_at, one.recorded_at, one.id), default=None)
