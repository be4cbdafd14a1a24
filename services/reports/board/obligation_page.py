"""The single obligations behind any count, a page at a time."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NamedTuple
from uuid import UUID

import msgspec
import numpy as np
import numpy.typing as npt

from kernel.clock import from_micros
from kernel.ids import UnitId
from services.reports.board.memory import Memory
from services.reports.board.shapes import StatusName, UnitName, encode, unit_name
from services.reports.board.survey import Extent, Heading, Survey
from services.reports.evaluation.columns import Mask
from services.reports.evaluation.history import LONG_AGO, NEVER, Instants
from services.reports.evaluation.status import Status

Rows = npt.NDArray[np.intp]
"""Numbers of rows."""


class ObligationStatus(msgspec.Struct, frozen=True):
    """How one obligation stands."""

    obligation_id: UUID
    plan: str
    rule: str
    unit: UnitName
    bearer: UnitName | None
    """Who bears the unit's duties on the day asked about, where that is another unit."""
    period: str
    title: str
    status: str
    due_at: datetime | None
    first_receipt_at: datetime | None


class ObligationPage(Heading, frozen=True):
    """Single obligations, by due instant (undated ones last), plan, rule, unit and period."""

    items: list[ObligationStatus]


class ObligationKey(NamedTuple):
    """What the list is sorted by. For two instants it never changes, and no two obligations share it."""

    due: int
    """Microseconds UTC; NEVER if undated."""
    plan: str
    rule: str
    unit: str
    period: str
    id: UUID


@dataclass(frozen=True, slots=True)
class ObligationsQuestion:
    """Which obligations, of which statuses, after which one."""

    extent: Extent
    statuses: tuple[StatusName, ...] = ()
    """Any if empty."""
    limit: int = 100
    after: ObligationKey | None = None
    """The last one of the page before."""

    is_timed: ClassVar[bool] = True

    @property
    def as_of(self) -> datetime | None:
        return self.extent.as_of

    def answer(self, memory: Memory, t: int) -> bytes:
        """Return the page as JSON."""
        survey = Survey(memory, self.extent, t)
        wanted = self._wanted(survey)
        found = self._page(survey, wanted)
        shown = found[: self.limit]
        return encode(
            ObligationPage(
                standpoint=survey.pinned,
                plan=self.extent.plan,
                unit=unit_name(memory, self.extent.unit_id),
                tree=self.extent.tree,
                generating=survey.is_growing,
                total=len(wanted),
                next_cursor=survey.cursor(*shown[-1][0]) if len(found) > self.limit else None,
                items=[_shown(survey, key, row) for key, row in shown],
            )
        )

    def _wanted(self, survey: Survey) -> Rows:
        """Return the rows of all pages, in any order."""
        asked = np.ones(len(Status), np.bool_)
        asked[Status.ABSENT] = False
        if self.statuses:
            asked[:] = False
            asked[[Status[name.upper()] for name in self.statuses]] = True
        return np.flatnonzero(asked[survey.statuses])

    def _page(self, survey: Survey, wanted: Rows) -> list[tuple[ObligationKey, int]]:
        """Return the rows after the page before in their order: one more than the limit, if there are so many."""
        slugs = {plan_id: slug for slug, plan_id in survey.memory.plan_ids.items()}
        due = survey.standings.due[wanted]
        near = _near(due, self.limit, after=self.after.due if self.after else LONG_AGO)
        keyed = ((_key(survey, slugs, row), row) for row in wanted[near].tolist())
        return heapq.nsmallest(self.limit + 1, (one for one in keyed if self.after is None or one[0] > self.after))


def _near(due: Instants, limit: int, *, after: int) -> Mask:
    """Say which rows can be among so many and one more, by their due instants alone: the rest of a key costs more."""
    near = due >= after
    ahead = due[near]
    # All of the last one's own instant may stand before it.
    reach = limit + int(np.count_nonzero(due == after))
    if len(ahead) > reach:
        near &= due <= np.partition(ahead, reach)[reach]
    return near


def _key(survey: Survey, slugs: Mapping[UUID, str], number: int) -> ObligationKey:
    row = survey.memory.owed.row(number)
    code = survey.memory.reference.tree.get(UnitId(row.unit_id)).code
    return ObligationKey(int(survey.standings.due[number]), slugs[row.plan_id], row.rule, code, row.period, row.id)


def _shown(survey: Survey, key: ObligationKey, number: int) -> ObligationStatus:
    memory, row = survey.memory, survey.memory.owed.row(number)
    bearer = memory.reference.tree.bearer(UnitId(row.unit_id), survey.today)
    return ObligationStatus(
        obligation_id=row.id,
        plan=key.plan,
        rule=row.rule,
        unit=unit_name(memory, row.unit_id),
        bearer=None if bearer in (None, row.unit_id) else unit_name(memory, bearer),
        period=row.period,
        title=row.title,
        status=Status(int(survey.statuses[number])).label,
        due_at=_instant(key.due),
        first_receipt_at=_instant(int(survey.standings.first_receipt[number])),
    )


def _instant(micros: int) -> datetime | None:
    return None if micros == NEVER else from_micros(micros)
