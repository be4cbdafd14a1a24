"""What tips publishes: that a tip came, what became of it, and when. Never what it says, or who said it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from contracts.model import Event

TOPIC = "lanhmanh.tips"


class Category(StrEnum):
    """What a tip is before the law. Each has its own process and clocks. Values are sent and stored."""

    CRIME_REPORT = "crime_report"
    """Tố giác, tin báo về tội phạm (BLTTHS, art. 144)."""
    DENUNCIATION = "denunciation"
    """Tố cáo."""
    COMPLAINT = "complaint"
    """Khiếu nại."""
    FEEDBACK = "feedback"
    """Phản ánh, and all else that reaches the intake."""


class Outcome(StrEnum):
    """What became of a tip. Values are sent and stored: never change one."""

    CONFIRMED = "confirmed"
    """What it says was found."""
    UNFOUNDED = "unfounded"
    """It was looked into and not found."""
    TRANSFERRED = "transferred"
    """The competent body, outside of this system, has it."""
    NOT_ACCEPTED = "not_accepted"
    """The law does not have it handled (TC, art. 24, 25; KN, art. 11)."""
    DUPLICATE = "duplicate"
    """It says what another tip says, which was handled."""


class _TipEvent(Event):
    """What every event on a tip says: which tip, of which unit, and whether it was late by then."""

    topic: ClassVar[str] = TOPIC

    tip_id: UUID
    unit_id: UUID
    """The unit that received it. It counts there for ever, whoever handles it."""
    received_at: datetime
    occurred_at: datetime
    late: bool
    """Whether a statutory deadline had been missed by `occurred_at`, for a tip of its category of then."""

    def key(self) -> str:
        return str(self.tip_id)


class TipReceived(_TipEvent):
    """A tip is kept and numbered. Its clocks run."""

    type: ClassVar[str] = "vn.lanhmanh.tips.tip.received.v1"

    number: str
    """Receipt number, dense per unit and year: `TB-68-2026-000123`."""


class TipClassified(_TipEvent):
    """The responsible unit found what the tip is. From now on it has the clocks of its category."""

    type: ClassVar[str] = "vn.lanhmanh.tips.tip.classified.v1"

    category: Category


class TipTransferred(_TipEvent):
    """The tip was handed to the competent unit: for the unit that received it, it is handled."""

    type: ClassVar[str] = "vn.lanhmanh.tips.tip.transferred.v1"

    to_unit_id: UUID | None
    """Who is responsible from now on; None for a body outside of this system."""


class TipClosed(_TipEvent):
    """The tip reached its end state."""

    type: ClassVar[str] = "vn.lanhmanh.tips.tip.closed.v1"

    outcome: Outcome
    handled_at: datetime
    """When it was resolved, or first handed over: `late` speaks for this instant. It was running until then."""


class _TipAlarm(_TipEvent):
    """What every alarm on a tip says: what is to be done by when, by whom, and to whom it is told.

    `occurred_at` is the instant at which it fell due: earlier than it was raised where nobody was there.
    """

    step: str
    """What was to be done: `classify`, `transfer`, `notify_receipt`, `assign`, `accept`, `notify_acceptance`,
    `resolve`, `notify_outcome`."""
    due_at: datetime
    """Exclusive end of the limit."""
    responsible_id: UUID
    """The unit that is responsible for the tip, or that bears its duties."""
    to_unit_id: UUID
    """To whom the alarm is raised."""

    def unit(self) -> UUID | None:
        return self.to_unit_id


class TipDeadlineNear(_TipAlarm):
    """A statutory deadline comes soon, and what it asks for is not done."""

    type: ClassVar[str] = "vn.lanhmanh.tips.tip.deadline_near.v1"


class TipDeadlineMissed(_TipAlarm):
    """A statutory deadline passed, and what it asks for was not done. All but `notify_outcome`, which asks for
    something after the tip was handled, make it `late` from `occurred_at` on."""

    type: ClassVar[str] = "vn.lanhmanh.tips.tip.deadline_missed.v1"


class TipEscalated(_TipAlarm):
    """A statutory deadline was missed for so long that a unit above is told."""

    type: ClassVar[str] = "vn.lanhmanh.tips.tip.escalated.v1"

    level: int
    """How far above the responsible unit: 1 is directly above."""


class DigestIssued(Event):
    """What is stuck on a morning among the tips of a unit and those below it: every day, also if nothing is."""

    type: ClassVar[str] = "vn.lanhmanh.tips.digest.issued.v1"
    topic: ClassVar[str] = TOPIC

    unit_id: UUID
    day: date
    occurred_at: datetime
    open: int
    """Not closed. The others say what of these waits for what; one may wait for several things."""
    unclassified: int
    unassigned: int
    suspended: int
    unclosed: int
    near: int
    """A deadline comes near."""
    late: int
    """A deadline passed, and what it asks for is not done."""
    unread: int = 0
    """The informant wrote, and nobody has read it: also where the tip is closed, and so not among `open`."""

    def key(self) -> str:
        return str(self.unit_id)

    def unit(self) -> UUID | None:
        return self.unit_id


class LedgerSealed(Event):
    """A head of the ledger of tips was signed: no entry up to it can change any more without being found out."""

    type: ClassVar[str] = "vn.lanhmanh.tips.ledger.sealed.v1"
    topic: ClassVar[str] = TOPIC

    ledger: str
    """Which ledger: `tips`."""
    entries: int
    """How many entries it has."""
    root: str
    """Root of the Merkle tree over their leaves (RFC 9162; SHA-256, hex)."""
    sealed_at: datetime
    statement: str
    """What is signed, byte for byte."""
    signature: str
    """Ed25519 (RFC 8032), base64."""
    key_id: str

    def key(self) -> str:
        return self.ledger
