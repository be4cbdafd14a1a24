"""What the state of this service says that it has told, and whether its ledger has every tip: to be compared."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from contracts.events.tips import (
    DigestIssued,
    LedgerSealed,
    TipClassified,
    TipClosed,
    TipDeadlineMissed,
    TipDeadlineNear,
    TipEscalated,
    TipReceived,
    TipTransferred,
)
from runtime.alarms import alarm
from runtime.comparison import Comparison, Element, Fact, Told, comparison
from runtime.database import Read
from services.tips.domain.alarm import AlarmKind
from services.tips.domain.tip import Act
from services.tips.ledger.head import LEDGER
from services.tips.store.digests import DigestRow
from services.tips.store.ledger import WHOLE, CounterRow, HeadRow
from services.tips.store.readings import READINGS
from services.tips.store.seals import SealRow
from services.tips.store.tips import DEADLINE_MISSED, RECEIVED, HistoryRow, TipRow

_tip = TipRow.__table__  # type: ignore[attr-defined]
_history = HistoryRow.__table__  # type: ignore[attr-defined]
_seal = SealRow.__table__  # type: ignore[attr-defined]
_digest = DigestRow.__table__  # type: ignore[attr-defined]
_head = HeadRow.__table__  # type: ignore[attr-defined]
_counter = CounterRow.__table__  # type: ignore[attr-defined]

_EVENTS = {
    RECEIVED: TipReceived.type,
    Act.CLASSIFY.value: TipClassified.type,
    Act.TRANSFER.value: TipTransferred.type,
    Act.HAND_OVER.value: TipTransferred.type,
    Act.RECLASSIFY.value: TipClassified.type,
    Act.CLOSE.value: TipClosed.type,
    DEADLINE_MISSED: TipDeadlineMissed.type,
}
"""What is told of each kind of happening; of the others nothing."""

_ALARMS = {AlarmKind.NEAR.value: TipDeadlineNear.type, AlarmKind.ESCALATED.value: TipEscalated.type}
"""What is told by alarms alone: of a deadline that was missed a history tells too."""


async def told(read: Read, after: int) -> Told:
    """Return what was told in transactions after a revision, by the histories of tips, by alarms and by digests."""
    happened = select(_history.c.kind, _history.c.tip_id, _history.c.revision)
    rows = await read.execute(happened.where(_history.c.revision > after, _history.c.kind.in_(_EVENTS)))
    facts = Counter(Fact(_EVENTS[row.kind], str(row.tip_id), row.revision) for row in rows)
    sealed = await read.execute(select(_seal.c.revision).where(_seal.c.revision > after))
    facts.update(Fact(LedgerSealed.type, LEDGER, row.revision) for row in sealed)
    issued = await read.execute(select(_digest.c.unit_id, _digest.c.revision).where(_digest.c.revision > after))
    facts.update(Fact(DigestIssued.type, str(row.unit_id), row.revision) for row in issued)
    raised = select(alarm.c.kind, alarm.c.subject_id, alarm.c.revision)
    raised = raised.where(alarm.c.revision > after, alarm.c.kind.in_(_ALARMS))
    facts.update(Fact(_ALARMS[row.kind], str(row.subject_id), row.revision) for row in await read.execute(raised))
    return Told(facts)


async def numbers_with_tips(read: Read) -> Comparison:
    """Compare the numbers that were given with the tips that have one: nothing is missing between 1 and the last."""
    given = {
        (row.unit_id, row.year, place)
        for row in await read.execute(select(_counter))
        for place in range(1, row.last + 1)
    }
    columns = select(_tip.c.unit_id, _tip.c.year, _tip.c.place)
    kept = {(row.unit_id, row.year, row.place) for row in await read.execute(columns)}
    return comparison(
        "numbers",
        "tips",
        compared=len(given),
        missing=(Element(type="number", key=f"{unit}/{year}/{place}") for unit, year, place in given - kept),
        surplus=(Element(type="number", key=f"{unit}/{year}/{place}") for unit, year, place in kept - given),
    )


async def ledger_with_tips(read: Read) -> Comparison:
    """Compare the entries of the ledger, and of each unit's, with the tips that are in it."""
    heads = await read.execute(select(_head).where(_head.c.unit_id != READINGS))
    entered = {(row.unit_id, entry) for row in heads for entry in range(1, row.entries + 1)}
    places = (await read.execute(select(_tip.c.unit_id, _tip.c.entry, _tip.c.position))).all()
    kept = {(row.unit_id, row.entry) for row in places} | {(WHOLE, row.position) for row in places}
    return comparison(
        "ledger",
        "tips",
        compared=len(entered),
        missing=(Element(type="entry", key=f"{unit}/{entry}") for unit, entry in entered - kept),
        surplus=(Element(type="entry", key=f"{unit}/{entry}") for unit, entry in kept - entered),
    )
