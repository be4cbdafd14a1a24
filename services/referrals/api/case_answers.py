"""Put the answers of cases together. None of them opens a seal."""

from __future__ import annotations

from typing import Any

from contracts.events.referrals import Group
from runtime.database import Read
from runtime.http.call import Call
from services.referrals.api.case_shapes import (
    CaseOpened,
    CaseShown,
    ConsentGiven,
    ConsentShown,
    DecisionTaken,
    NeedShown,
    NeedStated,
)
from services.referrals.api.units import code_of
from services.referrals.domain.consent import Purpose
from services.referrals.domain.need import NAME_OF, NeedKind
from services.referrals.store.consents import consents_of
from services.referrals.store.needs import latest_decisions, needs_of


def opened(row: Any) -> CaseOpened:
    """Return a case as it was opened."""
    return CaseOpened(case_id=row.id, reference=row.reference, opened_at=row.occurred_at)


def stated(row: Any) -> NeedStated:
    """Return a need as it was stated."""
    kind = NeedKind(row.kind)
    return NeedStated(need_id=row.id, case_id=row.case_id, kind=kind, name=NAME_OF[kind], stated_at=row.occurred_at)


def taken(call: Call, row: Any) -> DecisionTaken:
    """Return a decision as it was taken."""
    return DecisionTaken(
        decision_id=row.id,
        need_id=row.need_id,
        positive=row.positive,
        decided_at=row.occurred_at,
        unit=code_of(call, row.unit_id),
    )


def given(row: Any) -> ConsentGiven:
    """Return a consent as it was given."""
    return ConsentGiven(
        consent_id=row.id,
        case_id=row.case_id,
        purpose=Purpose(row.purpose),
        service_id=row.service_id,
        given_at=row.occurred_at,
        expires_on=row.expires_on,
    )


def consent_now(row: Any) -> ConsentShown:
    """Return a consent as it stands."""
    return ConsentShown(**given(row).model_dump(), withdrawn_at=row.withdrawn_at, version=row.version)


async def answer_case(call: Call, read: Read, row: Any) -> CaseShown:
    """Return a case as it stands."""
    decisions = await latest_decisions(read, row.id)
    needs = [
        NeedShown(
            **stated(need).model_dump(),
            decision=taken(call, decisions[need.id]) if need.id in decisions else None,
        )
        for need in await needs_of(read, row.id)
    ]
    return CaseShown(
        **opened(row).model_dump(),
        group=Group(row.group),
        unit=code_of(call, row.unit_id),
        holder=code_of(call, row.holder_id),
        needs=needs,
        consents=[consent_now(consent) for consent in await consents_of(read, row.id)],
    )
