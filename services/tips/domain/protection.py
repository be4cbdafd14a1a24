"""Say figures to others so that nothing small can be found in them: neither by itself nor by subtracting the rest.

Tips are counted in places of several kinds, such as their channels and their categories. A tip in a place that has
few counts nowhere: not in that place, not in another one, not in the whole. Leaving it out may leave few in another
place, whose tips are left out then, and so on. What is left depends on no tip that is not in it: whatever is said
would be said just the same if there was nothing in the places that are not named, or anything below the border.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

SMALLEST: Final = 10
"""Below it nothing is said of a place, not even whether there is anything. Published practice is 3 to 10."""
STEP: Final = 10
"""All else is said as a multiple of it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of tips that are counted."""

    whole: int | None
    """None if it is not."""
    places: Sequence[Mapping[str, int]]
    """The places of each kind that are named, in their order."""


def say(tips: Iterable[tuple[str, ...]]) -> Said:
    """Return what is said of tips, of which each is given as its place of each kind.

    >>> say([("phone", "complaint")] * 14 + [("letter", "complaint")] * 9)
    Said(whole=10, places=[{'phone': 10}, {'complaint': 10}])
    >>> say([("phone", "complaint")] * 5 + [("letter", "complaint")] * 5)
    Said(whole=None, places=[])
    """
    left = _protected(Counter(tips))
    counted = _by_place(left)
    kinds = max((kind for kind, _ in counted), default=-1) + 1
    places: list[dict[str, int]] = [{} for _ in range(kinds)]
    for (kind, place), count in sorted(counted.items()):
        places[kind][place] = _rounded(count)
    return Said(_rounded(sum(left.values())) if left else None, places)


def _protected(tips: Mapping[tuple[str, ...], int]) -> Mapping[tuple[str, ...], int]:
    """Return the most tips of which each place has none, or enough."""
    left = tips
    while small := {place for place, count in _by_place(left).items() if count < SMALLEST}:
        left = {places: count for places, count in left.items() if small.isdisjoint(enumerate(places))}
    return left


def _by_place(tips: Mapping[tuple[str, ...], int]) -> Counter[tuple[int, str]]:
    """Return how many there are in each place, by its kind."""
    counted: Counter[tuple[int, str]] = Counter()
    for places, count in tips.items():
        for place in enumerate(places):
            counted[place] += count
    return counted


def _rounded(count: int) -> int:
    """Return the nearest multiple, of two the higher one."""
    return (count + STEP // 2) // STEP * STEP
