"""What tips publishes: that a tip came, what became of it, and when. Never what it says, or who said it."""

from __future__ import annotations

from datetime import datetime
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
    """The competent body has it."""


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

    to_unit_id: UUID


class TipClosed(_TipEvent):
    """The tip reached its end state."""

    type: ClassVar[str] = "vn.lanhmanh.tips.tip.closed.v1"

    outcome: Outcome
    handled_at: datetime
    """When it was resolved or handed over: `late` speaks for this instant. It was running until then."""


class TipDeadlineMissed(_TipEvent):
    """A statutory deadline passed, and what it asks for was not done: `late` is true from `occurred_at` on."""

    type: ClassVar[str] = "vn.lanhmanh.tips.tip.deadline_missed.v1"

    step: str
    """What was to be done: `classify`, `accept`, `resolve`."""


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
