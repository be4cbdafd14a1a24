"""What the counting of persons looks at: needs with the decisions on them and the services delivered for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select

from contracts.events.referrals import Group
from kernel.clock import legal_day, start_of
from runtime.database import Read
from services.referrals.disclosure.counting import Decision, NeedHistory
from services.referrals.domain.referral import ReferralState
from services.referrals.store.cases import CaseRow
from services.referrals.store.needs import IN_ORDER, DecisionRow, NeedRow
from services.referrals.store.referrals import ReferralRow

_case = CaseRow.__table__  # type: ignore[attr-defined]
_need = NeedRow.__table__  # type: ignore[attr-defined]
_decision = DecisionRow.__table__  # type: ignore[attr-defined]
_referral = ReferralRow.__table__  # type: ignore[attr-defined]


async def units_of_persons(read: Read, group: Group) -> Collection[UUID]:
    """Return the units that the persons of a group belong to."""
    statement = select(_case.c.unit_id).where(_case.c.group == group).distinct()
    return list((await read.execute(statement)).scalars())


async def need_histories(read: Read, group: Group, units: Collection[UUID], *, until: date) -> list[NeedHistory]:
    """Return the histories of all needs of a group's persons who belong to some units, as far as before a day.

    What happened by then counts, also where it was recorded later.
    """
    decisions: dict[UUID, list[Decision]] = defaultdict(list)
    made = (
        select(_need.c.id, _need.c.case_id, _case.c.unit_id, _decision.c.positive, _decision.c.occurred_at)
        .join(_case, _case.c.id == _need.c.case_id)
        .join(_decision, _decision.c.need_id == _need.c.id)
        .where(_case.c.group == group, _decision.c.occurred_at < start_of(until))
    )
    case_of: dict[UUID, UUID] = {}
    for row in (await read.execute(made.order_by(*IN_ORDER))).all():
        if row.unit_id in units:
            case_of[row.id] = row.case_id
            decisions[row.id].append(Decision(legal_day(row.occurred_at), row.positive))
    days: dict[UUID, list[date]] = defaultdict(list)
    completed = (_referral.c.state == ReferralState.COMPLETED, _referral.c.delivered_on < until)
    delivered = select(_referral.c.need_id, _referral.c.delivered_on).join(_case, _case.c.id == _referral.c.case_id)
    for row in (await read.execute(delivered.where(_case.c.group == group, *completed))).all():
        days[row.need_id].append(row.delivered_on)
    return [NeedHistory(case_of[one], tuple(decided), tuple(days[one])) for one, decided in decisions.items()]
