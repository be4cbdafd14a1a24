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
from runtime.database import Additions, Database, Write
from runtime.database.revision import Revision
from runtime.http.request_once import Made, Place, Seen, Sent, claim, seen_before
from services.tips.domain.tip import TipState
from services.tips.ledger.entry import chained, digest_of, leaf_of
from services.tips.ledger.receipt import number_of
from services.tips.store.ledger import WHOLE, Head, UnitYear, counters_of, heads_of, put_ends
from services.tips.store.running import find_tips
from services.tips.store.tips import add_tip
from services.tips.usecases.look_for_alarms import start_first_clock
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


_MOST_KEPT = 10_000
"""Units whose ends are remembered: some more than there are communes and agencies."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the ledger ended, and how far numbers were given, after a transaction."""

    revision: Revision
    heads: Mapping[UUID, Head]
    counters: Mapping[UnitYear, int]

    def has(self, intakes: Sequence[Intake]) -> bool:
        """Say whether it holds all that some tips need."""
        return all(one.unit_id in self.heads and _year_of(one) in self.counters for one in intakes)

    def over(self, older: Ends | None) -> Ends:
        """Return these with those of other units, if nothing was committed between."""
        if older is None or older.revision.number + 1 != self.revision.number or len(older.counters) > _MOST_KEPT:
            return self
        return Ends(self.revision, {**older.heads, **self.heads}, {**older.counters, **self.counters})


class ReceiveTips:
    """Keeps the tips of a batch in the order in which they came, and says of each request what it made.

    Numbers are dense because they are given in the writer's turn, or at a revision that is compared and set, and only
    with the tip itself.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ends: Ends | None = None
        """After the last batch: as long as nobody else wrote, the next one needs no look."""

    async def __call__(self, intakes: Sequence[Intake]) -> Sequence[Received | Problem]:
        """Keep tips in one transaction: one round trip if nobody wrote since the last, and no request comes again."""
        ends = self._ends
        if ends is not None and ends.has(intakes):
            new = _first_of_each(intakes, {})
            kept = await self._database.append(ends.revision, lambda additions: _keep(additions, new, ends))
            if kept is not None:
                entered, self._ends = kept
                return _answers(intakes, _made_of(new), entered)
        found, now = await self._database.write(lambda tx: _look_and_keep(tx, intakes))
        self._ends = now.over(ends)
        return found


Kept = tuple[dict[str, Entered], Ends]


async def _look_and_keep(tx: Write, intakes: Sequence[Intake]) -> tuple[Sequence[Received | Problem], Ends]:
    seen = await seen_before(tx, [intake.sent for intake in intakes])
    new = _first_of_each(intakes, seen)
    heads = await heads_of(tx, {intake.unit_id for intake in new.values()})
    counters = await counters_of(tx, {_year_of(intake) for intake in new.values()}) if new else {}
    entered, ends = _keep(tx, new, Ends(tx.revision, heads, counters))
    if seen:
        before = await find_tips(tx, [UUID(one.resource) for one in seen.values()])
        entered |= {str(row.id): Entered(*(getattr(row, name) for name in Entered._fields)) for row in before}
    return _answers(intakes, seen | _made_of(new), entered), ends


def _first_of_each(intakes: Sequence[Intake], seen: Mapping[Place, Seen]) -> dict[Place, Intake]:
    new: dict[Place, Intake] = {}
    for intake in intakes:
        if intake.sent.place not in seen:
            new.setdefault(intake.sent.place, intake)
    return new


def _made_of(new: Mapping[Place, Intake]) -> dict[Place, Seen]:
    return {place: Seen(intake.sent.digest, str(intake.tip_id)) for place, intake in new.items()}


def _answers(
    intakes: Sequence[Intake], made: Mapping[Place, Seen], entered: Mapping[str, Entered]
) -> Sequence[Received | Problem]:
    return [_answer(intake, made[intake.sent.place], entered) for intake in intakes]


def _answer(intake: Intake, made: Seen, entered: Mapping[str, Entered]) -> Received | Problem:
    if made.resource == str(intake.tip_id):
        return Received(entered[made.resource], Made(made.resource, repeated=False))
    try:
        answered = made.for_request(intake.sent)
    except Problem as refused:
        # What the key made may be no tip at all: another route took it.
        return refused
    return Received(entered[made.resource], answered)


def _keep(additions: Additions, new: Mapping[Place, Intake], before: Ends) -> Kept:
    """Add tips behind the ends of the ledger, and return what was entered, and its ends now."""
    heads, counters, entered = dict(before.heads), dict(before.counters), dict[str, Entered]()
    for intake in new.values():
        row = enter(intake, heads, counters)
        informant = None if intake.informant is None else intake.informant._asdict()
        add_tip(additions, row, intake.content._asdict(), informant)
        if intake.due_at is not None:
            start_first_clock(additions, intake.tip_id, intake.due_at)
        additions.publish(_received(row), traceparent=intake.traceparent)
        entered[str(intake.tip_id)] = Entered(**{name: row[name] for name in Entered._fields})
    changed = {unit: head for unit, head in heads.items() if head != before.heads[unit]}
    counted = {year: last for year, last in counters.items() if last != before.counters[year]}
    put_ends(additions, changed, counted)
    claim(additions, [(intake.sent, str(intake.tip_id)) for intake in new.values()])
    return entered, Ends(additions.revision, heads, counters)


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
