"""Judge the clocks of a tip: by what it is, what was done, and what is noted as missed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from contracts.events.tips import Category, Outcome
from kernel.calendar.days_off import Calendar
from kernel.clock import legal_day
from services.tips.domain.deadline import NOTHING_NOTED, Deadline, Progress, deadlines
from services.tips.domain.nature import Instance, Nature
from services.tips.domain.tip import SUSPENDED
from services.tips.law.clocks import limits_of

_INSTANTS = (
    "reached_at",
    "classified_at",
    "incompetent_at",
    "accepted_at",
    "handled_at",
    "receipt_told_at",
    "acceptance_told_at",
    "outcome_told_at",
)


def deadlines_of(
    tip: Any, calendar: Calendar, noted: Mapping[str, datetime] = NOTHING_NOTED, **changed: Any
) -> tuple[Deadline, ...]:
    """Return the deadlines of a tip, as if some of its columns had changed already.

    `noted` are the limits that are noted as missed since it came to its unit.
    """
    stands = _stands(tip) | changed
    nature = _nature_of(stands)
    limits = limits_of(nature, legal_day(stands["reached_at"]), stands["extensions"])
    return deadlines(limits, _progress(stands, nature), calendar, noted)


def nature_of_tip(tip: Any) -> Nature:
    """Return what a tip is before the law: nothing yet, until the unit that has it has classified it."""
    return _nature_of(_stands(tip))


def _stands(tip: Any) -> dict[str, Any]:
    return {name: getattr(tip, name) for name in _COLUMNS}


def _nature_of(stands: Mapping[str, Any]) -> Nature:
    if stands["classified_at"] is None:
        return Nature()
    instance = stands["instance"]
    return Nature(Category(stands["category"]), None if instance is None else Instance(instance), stands["remote"])


def _progress(stands: Mapping[str, Any], nature: Nature) -> Progress:
    can_stand_still = nature.category in SUSPENDED
    is_own = stands["outcome"] != Outcome.TRANSFERRED
    return Progress(
        **{name: stands[name] for name in _INSTANTS},
        answered_at=stands["handled_at"] if is_own else None,
        informant_known=stands["informant_known"],
        suspended_at=stands["suspended_at"] if can_stand_still else None,
        paused=timedelta(microseconds=stands["paused"] if can_stand_still else 0),
    )


_COLUMNS = (
    *_INSTANTS,
    "category",
    "instance",
    "remote",
    "outcome",
    "informant_known",
    "suspended_at",
    "paused",
    "extensions",
)
