"""Wait longer and longer between tries, up to a limit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pauses:
    """Pauses between tries, in seconds: each is twice as long as the one before.

    >>> from itertools import islice
    >>> list(islice(Pauses(first=1.0, longest=5.0), 5))
    [1.0, 2.0, 4.0, 5.0, 5.0]
    """

    first: float
    longest: float

    def __iter__(self) -> Iterator[float]:
        pause = self.first
        while True:
            yield pause
            pause = min(pause * 2, self.longest)
