"""Raise alarms: each exactly once, kept for ever, and afterwards if nobody was there when it fell due.

A service sets a clock for each subject (an obligation) that can give cause for alarm, in the transaction that changes
the subject. When the clock rings, the service looks at the subject and says what has fallen due by then. An alarm's id
is derived from what fell due and when: its row is written in one transaction with its event, and only the first time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import BigInteger, Column, Integer, String, Table, Uuid, delete, func, select

from contracts.model import Event
from kernel.clock import to_micros
from runtime.database import Additions, Database, Instant, Json, Read, Write, insert_new, put_rows
from runtime.database.tables import metadata
from runtime.telemetry.metrics import Metrics
from runtime.watch import Watch, written

AT_ONCE = 500
"""Subjects in one transaction at most: writers that wait for their turn wait for so many."""
_IDS_AT_ONCE = 5000
"""Ids in one statement: both databases limit the number of its parameters to some 32,000."""
_ALARMS = UUID("c1f3a6de-7d25-5b0c-93a4-5e8b1f0c2d77")

alarm_clock = Table(
    "alarm_clock",
    metadata,
    Column("subject_id", Uuid, primary_key=True),
    Column("rings_at", Instant, nullable=False, index=True),
)
"""When each subject is to be looked at next. Nobody follows it, so its rows carry no revision."""

alarm = Table(
    "alarm",
    metadata,
    Column("alarm_id", Uuid, primary_key=True),
    Column("kind", String, nullable=False),
    Column("subject_id", Uuid, nullable=False, index=True),
    Column("unit_id", Uuid, nullable=False, index=True),
    Column("step", Integer, nullable=False),
    Column("fell_at", Instant, nullable=False),
    Column("facts", Json, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("revision", BigInteger, nullable=False, index=True),
)
"""Every alarm that was raised, to which unit, and when it fell due. Rows are added, never changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that fell due."""

    kind: str
    unit_id: UUID
    """To whom it is raised."""
    fell_at: datetime
    step: int = 0
    """Which of several of one kind and instant: how far it was escalated."""
    about: str = ""
    """Which of several things of one subject that can fall due at one instant."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What else is kept of it, as it was when it was raised."""
    event: Event


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a subject found."""

    alarms: Sequence[Alarm]
    """All that has fallen due and still stands, whether or not it was raised before."""
    next_at: datetime | None
    """When to look again, later than now; None if only a change of the subject can give cause again."""


Look = Callable[[Write, Sequence[UUID], datetime], Awaitable[Mapping[UUID, Looked]]]
"""Looks at subjects at an instant. A subject that it does not return is not looked at again."""


def watch_alarms(database: Database, metrics: Metrics, look: Look) -> Watch[Sequence[Sequence[str]]]:
    """Return the watch that has a service look at what its clocks tell, and raises what has fallen due."""

    async def act(tx: Write, now: datetime) -> Sequence[Sequence[str]]:
        """Return the kinds of the alarms that were raised, for each subject looked at."""
        subjects = await _rung(tx, now)
        found = await look(tx, subjects, now)
        raised = await raise_alarms(tx, {one: found[one].alarms if one in found else () for one in subjects})
        await set_clocks(tx, {one: found[one].next_at if one in found else None for one in subjects})
        return raised

    def count(raised: Sequence[Sequence[str]]) -> None:
        for kind in (kind for kinds in raised for kind in kinds):
            metrics.alarms.labels(metrics.service, kind).inc()

    return Watch(database, next_at=_first_ring, act=written(act), committed=count)


async def set_clocks(tx: Write, rings: Mapping[UUID, datetime | None]) -> None:
    """Set when subjects are to be looked at next, and not to be looked at where there is no instant."""
    rows = [{"subject_id": one, "rings_at": at} for one, at in rings.items() if at is not None]
    await put_rows(tx.connection, alarm_clock, rows)
    silent = [one for one, at in rings.items() if at is None]
    for start in range(0, len(silent), _IDS_AT_ONCE):
        some = silent[start : start + _IDS_AT_ONCE]
        await tx.execute(delete(alarm_clock).where(alarm_clock.c.subject_id.in_(some)))


def start_clocks(additions: Additions, rings: Mapping[UUID, datetime]) -> None:
    """Set when subjects that are new are to be looked at first."""
    for subject_id, at in rings.items():
        additions.add(alarm_clock, {"subject_id": subject_id, "rings_at": at})


async def raise_alarms(tx: Write, fallen: Mapping[UUID, Sequence[Alarm]]) -> Sequence[Sequence[str]]:
    """Keep and publish the alarms that were not raised before, and return their kinds for each subject.

    For whoever finds what has fallen due before the watch does.
    """
    found = {
        alarm_id(one.kind, subject_id, one.fell_at, one.step, one.about): (subject_id, one)
        for subject_id, alarms in fallen.items()
        for one in alarms
    }
    rows = [
        {
            "alarm_id": key,
            "kind": one.kind,
            "subject_id": subject_id,
            "unit_id": one.unit_id,
            "step": one.step,
            "fell_at": one.fell_at,
            "facts": one.facts,
            "recorded_at": tx.recorded_at,
            "revision": tx.number,
        }
        for key, (subject_id, one) in found.items()
    ]
    new = await insert_new(tx.connection, alarm, rows, alarm.c.alarm_id)
    kinds: dict[UUID, list[str]] = {subject_id: [] for subject_id in fallen}
    for key, (subject_id, one) in found.items():
        if key in new:
            tx.publish(one.event)
            kinds[subject_id].append(one.kind)
    return list(kinds.values())


def alarm_id(kind: str, subject_id: UUID, fell_at: datetime, step: int, about: str = "") -> UUID:
    """Return the one id of what fell due: the same however often, and by whomever, it is looked at.

    To whom it is raised is no part of it: an alarm is not raised again when units merge.
    """
    named = f"{kind}|{subject_id}|{to_micros(fell_at)}|{step}"
    return uuid5(_ALARMS, f"{named}|{about}" if about else named)


async def _first_ring(read: Read) -> datetime | None:
    return (await read.execute(select(func.min(alarm_clock.c.rings_at)))).scalar_one_or_none()


async def _rung(read: Read, now: datetime) -> Sequence[UUID]:
    """Return some subjects whose clocks have rung, the first one first."""
    # In the order of the index alone: thousands ring at one instant, and need not be sorted each time.
    rung = select(alarm_clock.c.subject_id).where(alarm_clock.c.rings_at <= now).order_by(alarm_clock.c.rings_at)
    return (await read.execute(rung.limit(AT_ONCE))).scalars().all()
