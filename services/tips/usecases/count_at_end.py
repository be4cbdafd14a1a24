"""Say how the tips of a period stood when it ended: nothing that is done later moves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from kernel.calendar.period import DaySpan
from kernel.clock import start_of
from kernel.ids import UnitId
from runtime.database import Read
from runtime.reference import ReferenceView
from services.tips.domain.deadline import is_late
from services.tips.domain.nature import UNCLASSIFIED
from services.tips.store.figures import categories_at, received_between
from services.tips.store.happenings import missed_of_all
from services.tips.usecases.count_tips import codes_below
from services.tips.usecases.judge_deadlines import deadlines_of


class AtEnd(StrEnum):
    """How a tip stood for the unit that received it."""

    HANDLED_IN_TIME = "handled_in_time"
    HANDLED_LATE = "handled_late"
    RUNNING = "running"


class Stood(NamedTuple):
    """Where one tip is counted."""

    channel: str
    category: str
    standing: str


async def count_at_end(top: UnitId, span: DaySpan, view: ReferenceView, read: Read) -> Sequence[Stood]:
    """Return how each tip stood that a unit received in a period, or one below it on the last day."""
    since, end = start_of(span.starts_on), start_of(span.until)
    units = codes_below(top, span.until - timedelta(days=1), view.tree)
    tips = await received_between(read, units, since, end)
    categories = await categories_at(read, units, since, end)
    noted = await missed_of_all(read, tips)
    return [
        Stood(tip.channel, categories.get(tip.id, UNCLASSIFIED), _standing(tip, noted.get(tip.id, {}), view, end))
        for tip in tips
    ]


def _standing(tip: Any, noted: Mapping[str, datetime], view: ReferenceView, end: datetime) -> AtEnd:
    handled_at = tip.transferred_at or tip.handled_at
    if handled_at is None or handled_at >= end:
        return AtEnd.RUNNING
    late = tip.transferred_late if tip.transferred_at else _was_late(tip, noted, handled_at, view)
    return AtEnd.HANDLED_LATE if late else AtEnd.HANDLED_IN_TIME


def _was_late(tip: Any, noted: Mapping[str, datetime], handled_at: datetime, view: ReferenceView) -> bool:
    """Say whether a tip was late when it was handled. Whoever handled it noted before what had been missed by then."""
    by_then = {limit: due_at for limit, due_at in noted.items() if due_at <= handled_at}
    return is_late(deadlines_of(tip, view.calendar, by_then), by_then)
