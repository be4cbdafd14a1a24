"""Set a due day where the rule states none, or extend one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kernel.clock import end_of
from kernel.ids import UnitId
from runtime.database import Write
from runtime.reference import Actor
from services.reports.domain.refusals import DueDayPast, NotExtended
from services.reports.evaluation.history import FactKind
from services.reports.store.happenings import Happening, record
from services.reports.store.obligations import due_at_of
from services.reports.store.plans import list_rules


@dataclass(frozen=True, slots=True)
class NewDueDay:
    """A decision on one obligation's due day."""

    last_timely_on: date
    """The last day on which the report is on time, inclusive."""
    reason: str
    decision: str = ""
    """Number of the document, where there is one."""


async def set_due_day(obligation: Any, new: NewDueDay, *, tx: Write, actor: Actor, at: datetime) -> None:
    """Give an obligation a due day of its own. From now on no amendment moves it.

    Raises:
        UnitOutside: The caller does not act for the receiver.
        DueDayPast: The day is over.
    """
    await ensure_receiver(obligation, tx, actor)
    due_at = end_of(new.last_timely_on)
    if due_at <= at:
        raise DueDayPast(due=new.last_timely_on.isoformat())
    trace = {"by": str(actor.unit()), "client": actor.client, "reason": new.reason, "decision": new.decision}
    await record(tx, {obligation.id: [Happening(FactKind.DUE_SET, at, due_at=due_at, trace=trace)]})


async def extend_due_day(obligation: Any, new: NewDueDay, *, tx: Write, actor: Actor, at: datetime) -> None:
    """Give an obligation more time.

    Raises:
        UnitOutside: The caller does not act for the receiver.
        DueDayPast: The new day is over.
        NotExtended: The new day is not later than the old one, or there is no old one: set one first.
    """
    due_at = end_of(new.last_timely_on)
    old = due_at_of(obligation)
    if old is None or due_at <= old:
        await ensure_receiver(obligation, tx, actor)
        raise NotExtended(due=due_at.isoformat(), old=old.isoformat() if old else "—")
    await set_due_day(obligation, new, tx=tx, actor=actor, at=at)


async def ensure_receiver(obligation: Any, tx: Write, actor: Actor) -> None:
    """Make sure that the caller acts for the first named receiver of an obligation.

    Raises:
        UnitOutside: It does not.
    """
    rules = await list_rules(tx, [obligation.plan_id])
    actor.must_act_for(UnitId(rules[obligation.plan_id, obligation.rule].receiver_ids[0]))
