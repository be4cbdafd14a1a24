"""The obligations that a question is about, as they stood: what all questions of the compliance board share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
import numpy as np

from kernel.clock import from_micros, legal_day
from kernel.ids import UnitId
from runtime.http.pages import encode_cursor
from services.reports.board.everywhere import counted_everywhere
from services.reports.board.kernels import side_by_side
from services.reports.board.memory import Memory, visible_at
from services.reports.board.shapes import Standpoint, UnitName, standpoint
from services.reports.board.territory import TreeOf, territory
from services.reports.evaluation.book import Standings
from services.reports.evaluation.columns import Indices
from services.reports.evaluation.compliance import Cube
from services.reports.evaluation.status import Status, Statuses


@dataclass(frozen=True, slots=True)
class Extent:
    """Which obligations, and from where they are looked at."""

    unit_id: UnitId
    """All that this unit and those below it owe."""
    plan: str | None = None
    """Slug; None for all plans."""
    as_of: datetime | None = None
    known_at: datetime | None = None
    tree: TreeOf = "then"
    periods: tuple[str, ...] = ()
    """Keys; with `years` these add up, and without any of both it is every period."""
    years: tuple[int, ...] = ()
    """All periods that lie within one of these years."""

    def takes(self, period: str, year: int | None) -> bool:
        """Say whether the obligations of a period, by its key and the year in which it lies, are among them."""
        return not (self.periods or self.years) or period in self.periods or year in self.years


class Survey:
    """The obligations of an extent at an instant, in microseconds UTC."""

    def __init__(self, memory: Memory, extent: Extent, t: int) -> None:
        self.memory, self.extent, self.t = memory, extent, t
        self.known_at = visible_at(memory, extent.known_at)
        self.today = legal_day(from_micros(t))
        self.territory = territory(memory, extent.unit_id, extent.plan, extent.tree, self.today)
        self.slots = memory.owed.slots_of(extent.takes)
        """Their numbers."""

    @cached_property
    def counted(self) -> Cube:
        """The counts of the unit asked about, and behind it those of each directly below."""
        extent, units = self.extent, (self.extent.unit_id, *self.territory.children())
        if (extent.plan, extent.as_of, extent.known_at, extent.periods, extent.years) == (None, None, None, (), ()):
            kept = counted_everywhere(self.memory, self.t, self.today, units)
            if kept is not None:
                return kept
        return self._tallied[1]

    @cached_property
    def statuses(self) -> Statuses:
        """The status of each row; ABSENT for all that is not in the extent."""
        taken = np.zeros(len(self.memory.owed.slots), np.bool_)
        taken[self.slots] = True
        return np.where(taken[self.memory.owed.book.columns.slot], self._tallied[0], np.uint8(Status.ABSENT))

    @cached_property
    def _tallied(self) -> tuple[Statuses, Cube]:
        memory, extent = self.memory, self.extent
        return memory.owed.book.tally(
            self.t,
            self.known_at,
            self.territory.layout,
            slots=len(memory.owed.slots),
            wanted=memory.owed.series_of(None if extent.plan is None else memory.plan_ids[extent.plan], extent.takes),
            together=side_by_side,
        )

    @cached_property
    def standings(self) -> Standings:
        """How each row stood."""
        return self.memory.owed.book.as_of(self.t, self.known_at)

    @cached_property
    def unit(self) -> Indices:
        """The unit of each row, by number."""
        return self.memory.owed.book.columns.units_of_rows()

    @property
    def standpoint(self) -> Standpoint:
        """From where an answer looks."""
        return standpoint(self.memory, as_of=self.extent.as_of, known_at=self.extent.known_at, t=self.t)

    @property
    def pinned(self) -> Standpoint:
        """From where a page looks, and all that follow it: from an instant that is named, if only by the first."""
        return standpoint(self.memory, as_of=from_micros(self.t), known_at=self.extent.known_at, t=self.t)

    @property
    def is_growing(self) -> bool:
        """Whether obligations are still being made: what is there is not all."""
        return self.memory.is_generating(self.extent.plan, self.known_at)

    def cursor(self, *key: Any) -> str:
        """Return the cursor of the page after an item with a sort key; it pins both instants."""
        return encode_cursor([from_micros(self.t), from_micros(self.known_at), *key])


class Heading(msgspec.Struct, frozen=True):
    """What every page of a list says of the whole list."""

    standpoint: Standpoint
    """All pages that `next_cursor` leads to look from the same `as_of` and `known_at`."""
    plan: str | None
    unit: UnitName
    tree: str
    generating: bool
    """Obligations are still being made: what is listed is not all."""
    total: int
    """How many there are on all pages."""
    next_cursor: str | None
    """`cursor` of the next page; null on the last."""
