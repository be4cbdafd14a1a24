"""What a tip is before the law: its category, and what else decides which limits it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from contracts.events.tips import Category

UNCLASSIFIED = "unclassified"


class Instance(StrEnum):
    """Which complaint about one decision it is. Values are sent and stored: never change one."""

    FIRST = "first"
    """Khiếu nại lần đầu."""
    SECOND = "second"
    """Khiếu nại lần hai."""


@dataclass(frozen=True, slots=True)
class Nature:
    """What a tip is. Its limits are found by its path, the most particular first."""

    category: Category | None = None
    """None: nobody has classified it yet, and it may be a crime report."""
    instance: Instance | None = None
    """Of a complaint."""
    is_remote: bool = False
    """Of a complaint: from an area that is remote and hard to travel (KN, art. 28, 37)."""

    @property
    def path(self) -> str:
        """Return how the law's data names it: `complaint.first.remote`."""
        if self.category is None:
            return UNCLASSIFIED
        particulars = (self.instance, "remote" if self.is_remote else None)
        return ".".join([self.category, *(one for one in particulars if one)])

    def paths(self) -> Iterator[str]:
        """Yield the path, and then those that are less particular."""
        path = self.path
        while path:
            yield path
            path = path.rpartition(".")[0]
