"""Books for tests: an obligation at a time, each with a series of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from services.reports.evaluation.book import Book, States
from services.reports.evaluation.columns import Duty, Flag
from services.reports.evaluation.flat import flatten
from services.reports.evaluation.history import NO_FACTS, Fact, in_columns
from services.reports.evaluation.series import Series


def enter(book: Book, facts: Sequence[Fact], *, unit: int = 0, slot: int = 0, reminder: int, requested: bool) -> Duty:
    """Enter an obligation with its history, which begins with its opening."""
    opened = facts[0]
    duty = Duty(unit, slot, book.series.add(Series(reminder, opened.occurred_at, opened.recorded_at)))
    record(book, duty, facts, requested=requested)
    return duty


def record(book: Book, duty: Duty, facts: Sequence[Fact], *, requested: bool) -> None:
    """Enter an obligation anew, with all of its facts."""
    flat = flatten(facts)
    flags = flat.flags | (Flag.REQUESTED if requested else 0)
    states = States(
        unit=np.array([duty.unit], np.int32),
        slot=np.array([duty.slot], np.uint16),
        series=np.array([duty.series], np.int32),
        due=np.array([flat.due], np.int64),
        first_receipt=np.array([flat.first_receipt_at], np.int64),
        first_recorded=np.array([flat.first_recorded_at], np.int64),
        accepted=np.array([flat.accepted_at], np.int64),
        correction_due=np.array([flat.correction_due_at], np.int64),
        flags=np.array([flags], np.uint8),
    )
    if flags & Flag.TOLD:
        in_order = sorted(facts, key=lambda fact: (fact.occurred_at, fact.revision, fact.ordinal))
        book.take(states, in_columns(in_order), np.array([len(facts)], np.int64))
    else:
        book.take(states, NO_FACTS)
