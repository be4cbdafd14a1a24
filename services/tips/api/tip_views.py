"""Show tips to those who may see them: how they stand, never what they say."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from contracts.events.tips import Category, Outcome
from kernel.ids import UnitId
from runtime.crypto import ServiceKeys
from runtime.database import Read
from runtime.http.call import Call, OpenCall, etag_of
from services.tips.api.tip_shapes import DeadlineShown, HappeningShown, Receipt, TipLine, TipShown
from services.tips.domain.deadline import is_late
from services.tips.domain.follow_up import code_of as follow_up_code_of
from services.tips.domain.follow_up import in_groups
from services.tips.domain.grade import Grade
from services.tips.domain.nature import Instance
from services.tips.domain.tip import TipState, legal_acts
from services.tips.ledger.receipt import statement_of
from services.tips.store.happenings import missed_of
from services.tips.store.readings import readings_of
from services.tips.store.tips import history_of
from services.tips.usecases.judge_deadlines import deadlines_of
from services.tips.usecases.receive_tips import Received


def keys_in(call: OpenCall) -> ServiceKeys:
    """Return the service's own keys."""
    keys: ServiceKeys = call.request.app.state.service.keys
    return keys


def receipt_of(call: OpenCall, received: Received) -> Receipt:
    """Return the receipt of a tip: the same however often it is asked for, signed with the key of then."""
    call.answered_with(received.made)
    row = received.tip
    unit = code_of(call, row.unit_id)
    said = statement_of(unit=unit, number=row.number, leaf=row.leaf, received_at=row.received_at)
    return Receipt(
        tip_id=row.id,
        number=row.number,
        unit=unit,
        received_at=row.received_at,
        leaf=row.leaf.hex(),
        statement=said.decode(),
        signature=b64encode(keys_in(call).sign(said, row.signing_key)).decode(),
        key_id=row.signing_key,
        follow_up_code=in_groups(follow_up_code_of(call.service.digest_secret, row.id)),
    )


async def answer_tip(call: Call, read: Read, row: Any) -> TipShown:
    """Return a tip as it stands, and its ETag beside it."""
    call.response.headers["ETag"] = etag_of(row.etag)
    noted = await missed_of(read, row)
    found = deadlines_of(row, call.reference.calendar, noted)
    return TipShown(
        **to_line(call, row).model_dump(),
        can=legal_acts(TipState(row.state), None if row.category is None else Category(row.category)),
        instance=None if row.instance is None else Instance(row.instance),
        duplicate_of=row.duplicate_of,
        outcome=None if row.outcome is None else Outcome(row.outcome),
        transferred_at=row.transferred_at,
        handled_at=row.handled_at,
        closed_at=row.closed_at,
        retained_at=row.retained_at,
        content_destroyed_at=row.destroyed_at,
        late=is_late(found, noted) if row.transferred_late is None else row.transferred_late,
        deadlines=[
            DeadlineShown(
                step=one.step.value,
                due_at=one.due_at,
                done_at=one.done_at,
                stands_since=one.stands_since,
                missed=one.limit.name in noted,
                reference=one.limit.reference,
            )
            for one in found
        ],
        history=[_happening(call, one) for one in await history_of(read, row.id)],
        readings=len(await readings_of(read, row.id)),
    )


def to_line(call: Call, row: Any) -> TipLine:
    """Return a tip as a list shows it."""
    return TipLine(
        tip_id=row.id,
        number=row.number,
        unit=code_of(call, row.unit_id),
        responsible=code_of(call, row.responsible_id),
        channel=row.channel,
        readable=row.readable,
        state=TipState(row.state),
        category=None if row.category is None else Category(row.category),
        grade=None if row.grade is None else Grade(row.grade),
        received_at=row.received_at,
        due_at=row.due_at,
        unread_since=row.unread_since,
        revision=row.revision,
    )


def readable(call: Call, rows: Sequence[Any]) -> list[Any]:
    """Return the tips that the caller may see: those that its units received, or are responsible for."""
    # A list may be empty: the caller is checked all the same.
    call.actor.must_act_for(call.actor.unit())
    return [
        row for row in rows if any(call.actor.can_act_for(UnitId(one)) for one in (row.unit_id, row.responsible_id))
    ]


def code_of(call: OpenCall, unit_id: UUID) -> str:
    """Return a unit's code, which others know it by."""
    return call.reference.tree.get(UnitId(unit_id)).code


def _happening(call: Call, row: Any) -> HappeningShown:
    facts = {name: code_of(call, UUID(value)) if name == "to" else value for name, value in row.facts.items()}
    return HappeningShown(
        kind=row.kind,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        by=None if row.by_unit is None else code_of(call, row.by_unit),
        facts=facts,
    )
