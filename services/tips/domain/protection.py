"""Say figures to others so that nobody is recognised in them: none that are small, and no exact ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SMALLEST: Final = 10
"""Below it nothing is said, not even whether there is anything. Published practice is 3 to 10."""
STEP: Final = 10
"""All else is said as a multiple of it, each by itself: what is left out cannot be found by subtracting the rest."""


def protected(count: int) -> int | None:
    """Return how a count is said; None if it is not.

    >>> [protected(count) for count in (0, 9, 10, 14, 15, 25, 1994)]
    [None, None, 10, 10, 20, 30, 1990]
    """
    return None if count < SMALLEST else (count + STEP // 2) // STEP * STEP


def all_protected(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Return how several counts are said."""
    return {name: protected(count) for name, count in counts.items()}
