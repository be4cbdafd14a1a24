"""Say how tips stand for the units that received them, to be counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.events.tips import Outcome
from kernel.clock import legal_day
from kernel.ids import UnitId
from kernel.units import UnitTree
from runtime.database import Read
from runtime.reference import ReferenceView
from services.tips.domain.deadline import Step, is_late
from services.tips.domain.figures import Dimension, Ending, Standing
from services.tips.domain.nature import UNCLASSIFIED
from services.tips.domain.tip import TipState
from services.tips.store.figures import received_between
from services.tips.store.happenings import missed_of_all
from services.tips.usecases.judge_deadlines import deadlines_of


@dataclass(frozen=True, slots=True)
class Asked:
    """Which tips are counted."""

    top: UnitId
    """Those that this unit received, and those below it, or the units whose duties they bear now."""
    since: datetime
    until: datetime
    """Exclusive end of their receipt."""
    at: datetime
    """As they stand then: now."""


async def count_tips(asked: Asked, view: ReferenceView, read: Read) -> Sequence[Standing]:
    """Return how each of the tips stands."""
    codes = codes_below(asked.top, legal_day(asked.at), view.tree)
    rows = await received_between(read, codes, asked.since, asked.until)
    noted = await missed_of_all(read, rows)
    return list(_standings(rows, codes, noted, view, asked.at))


def codes_below(top: UnitId, day: date, tree: UnitTree) -> Mapping[UUID, str]:
    """Return under which unit's code the tips of each unit are counted on a day, of a unit and those below it."""
    below = tree.subtree(top, day)
    return {one: tree.get(unit).code for unit in below for one in (unit, *tree.predecessors(unit, day))}


def _standings(
    rows: Sequence[Any],
    codes: Mapping[UUID, str],
    noted: Mapping[UUID, dict[str, datetime]],
    view: ReferenceView,
    at: datetime,
) -> Iterator[Standing]:
    for row in rows:
        ending = _ending(row)
        yield Standing(
            place={
                Dimension.UNIT: codes[row.unit_id],
                Dimension.CHANNEL: row.channel,
                Dimension.CATEGORY: row.category or UNCLASSIFIED,
                Dimension.MONTH: legal_day(row.received_at).strftime("%Y-%m"),
            },
            is_classified=row.category is not None,
            is_accepted=row.accepted_at is not None,
            ending=ending,
            is_closed=row.state == TipState.CLOSED,
            is_late=_is_late(row, noted.get(row.id, {}), ending, view, at),
        )


def _ending(row: Any) -> Ending | None:
    if row.transferred_at is not None or row.outcome == Outcome.TRANSFERRED:
        return Ending.TRANSFERRED
    if row.outcome == Outcome.NOT_ACCEPTED:
        return Ending.NOT_ACCEPTED
    return None if row.outcome is None else Ending.RESOLVED


def _is_late(row: Any, noted: Mapping[str, datetime], ending: Ending | None, view: ReferenceView, at: datetime) -> bool:
    if row.transferred_late is not None:
        return bool(row.transferred_late)
    if ending is not None and not noted:
        # Whoever handled it noted before what had been missed.
        return False
    found = deadlines_of(row, view.calendar, noted)
    return is_late(found, noted) or any(
        one.is_missed(at) for one in found if ending is None and one.step is not Step.NOTIFY_OUTCOME
    )
