"""Receive tips: kept, numbered and entered in the ledger, all that came together in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from contracts.events.tips import TipReceived
from kernel.clock import legal_day
from kernel.problems import Problem
from runtime.database import Write
from runtime.http.request_once import Made, Place, Seen, Sent, remember, seen_before
from services.tips.domain.tip import TipState
from services.tips.ledger.entry import chained, digest_of, leaf_of
from services.tips.ledger.receipt import number_of
from services.tips.store.ledger import WHOLE, Head, UnitYear, counters_of, heads_of, write_ends
from services.tips.store.running import find_tips
from services.tips.store.tips import add_tips
from services.tips.usecases.look_for_alarms import set_first_clocks
from services.tips.usecases.seal_tip import SealedPart


@dataclass(frozen=True, slots=True)
class Intake:
    """A tip that waits to be kept. Its words are sealed already."""

    sent: Sent
    """The request that brought it: it makes one tip, however often it is sent."""
    tip_id: UUID
    unit_id: UUID
    unit_code: str
    channel: str
    readable: bool
    received_at: datetime
    due_at: datetime | None
    """The first deadline."""
    content: SealedPart
    informant: SealedPart | None
    informant_known: bool
    """Whether they said who they are."""
    salt: bytes
    signing_key: str
    follow_up: bytes
    """Digest of the code with which the informant follows it."""
    traceparent: str | None
    """W3C trace context of the request."""


class Entered(NamedTuple):
    """What a receipt says of a tip. Nothing in it ever changes."""

    id: UUID
    unit_id: UUID
    number: str
    received_at: datetime
    leaf: bytes
    signing_key: str


class Received(NamedTuple):
    """A tip that is kept, and whether this request brought it or an earlier one."""

    tip: Entered
    made: Made


async def receive_tips(tx: Write, intakes: Sequence[Intake]) -> Sequence[Received | Problem]:
    """Keep the tips of a batch in the order in which they came, and say of each request what it made.

    Numbers are dense because they are given in the writer's turn, and only with the tip itself.
    """
    seen = await seen_before(tx, [intake.sent for intake in intakes])
    new = _first_of_each(intakes, seen)
    kept = {row["id"]: row for row in await _keep(tx, list(new.values()))} if new else {}
    entered = {str(one): Entered(**{name: row[name] for name in Entered._fields}) for one, row in kept.items()}
    if seen:
        before = await find_tips(tx, [UUID(one.resource) for one in seen.values()])
        entered |= {str(row.id): Entered(*(getattr(row, name) for name in Entered._fields)) for row in before}
    made = seen | {place: Seen(intake.sent.digest, str(intake.tip_id)) for place, intake in new.items()}
    return [_answer(intake, made[intake.sent.place], entered) for intake in intakes]


def _first_of_each(intakes: Sequence[Intake], seen: dict[Place, Seen]) -> dict[Place, Intake]:
    new: dict[Place, Intake] = {}
    for intake in intakes:
        if intake.sent.place not in seen:
            new.setdefault(intake.sent.place, intake)
    return new


def _answer(intake: Intake, made: Seen, entered: Mapping[str, Entered]) -> Received | Problem:
    if made.resource == str(intake.tip_id):
        return Received(entered[made.resource], Made(made.resource, repeated=False))
    try:
        answered = made.for_request(intake.sent)
    except Problem as refused:
        # What the key made may be no tip at all: another route took it.
        return refused
    return Received(entered[made.resource], answered)


async def _keep(tx: Write, intakes: Sequence[Intake]) -> Sequence[Mapping[str, Any]]:
    """Write the tips of a batch, and return their rows."""
    heads = await heads_of(tx, {intake.unit_id for intake in intakes})
    counters = await counters_of(tx, {_year_of(intake) for intake in intakes})
    rows = [enter(intake, heads, counters) for intake in intakes]
    await add_tips(
        tx,
        rows,
        [{"tip_id": one.tip_id, **one.content._asdict()} for one in intakes],
        [{"tip_id": one.tip_id, **one.informant._asdict()} for one in intakes if one.informant is not None],
    )
    await set_first_clocks(tx, rows)
    await write_ends(tx, heads, counters)
    await remember(tx, [(intake.sent, str(intake.tip_id)) for intake in intakes])
    for intake, row in zip(intakes, rows, strict=True):
        tx.publish(_received(row), traceparent=intake.traceparent)
    return rows


def _received(row: dict[str, Any]) -> TipReceived:
    return TipReceived(
        tip_id=row["id"],
        unit_id=row["unit_id"],
        number=row["number"],
        received_at=row["received_at"],
        occurred_at=row["received_at"],
        late=False,
    )


def _year_of(intake: Intake) -> UnitYear:
    return intake.unit_id, legal_day(intake.received_at).year


def enter(intake: Intake, heads: dict[UUID, Head], counters: dict[UnitYear, int]) -> dict[str, Any]:
    """Return the row of a tip, with the next number and the next entry of its unit."""
    year = _year_of(intake)
    place = counters[year] = counters[year] + 1
    number = number_of(intake.unit_code, year[1], place)
    digest = digest_of(intake.content.sealed, None if intake.informant is None else intake.informant.sealed)
    leaf = leaf_of(salt=intake.salt, number=number, digest=digest, received_at=intake.received_at)
    own, whole = (_grown(heads, of, leaf) for of in (intake.unit_id, WHOLE))
    return {
        "id": intake.tip_id,
        "unit_id": intake.unit_id,
        "responsible_id": intake.unit_id,
        "year": year[1],
        "place": place,
        "number": number,
        "channel": intake.channel,
        "readable": intake.readable,
        "state": TipState.RECEIVED.value,
        "received_at": intake.received_at,
        "due_at": intake.due_at,
        "informant_known": intake.informant_known,
        "salt": intake.salt,
        "digest": digest,
        "leaf": leaf,
        "chain": own.chain,
        "entry": own.entries,
        "position": whole.entries,
        "signing_key": intake.signing_key,
        "follow_up": intake.follow_up,
    }


def _grown(heads: dict[UUID, Head], of: UUID, leaf: bytes) -> Head:
    before = heads[of]
    head = heads[of] = Head(before.entries + 1, chained(before.chain, leaf))
    return head
