"""Make identifiers: time-ordered ones for new things, derived ones where generating twice must change nothing."""

from __future__ import annotations

import secrets
from typing import NewType
from uuid import UUID, uuid5

from kernel.clock import Clock, to_micros

UnitId = NewType("UnitId", UUID)
PlanId = NewType("PlanId", UUID)
ObligationId = NewType("ObligationId", UUID)
ReportId = NewType("ReportId", UUID)

_OBLIGATIONS = UUID("6f1d2f0a-5f0e-5b7e-9d55-2f6d8d0c7a11")
_UNITS = UUID("0b6f3c8e-7a39-5c11-8f0e-94b1c2f3d7aa")


def new_id(clock: Clock) -> UUID:
    """Return a UUIDv7 (RFC 9562, 5.7): milliseconds first, so that ids sort by age."""
    millis = to_micros(clock.now()) // 1000
    value = (millis & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value &= ~(0xF << 76 | 0x3 << 62)
    return UUID(int=value | 0x7 << 76 | 0x2 << 62)


def obligation_id(plan: UUID, rule: str, unit: UUID, period: str) -> ObligationId:
    """Return the one id of what a unit owes under a rule for a period: the same however often it is generated."""
    return ObligationId(uuid5(_OBLIGATIONS, f"{plan}|{rule}|{unit}|{period}"))


def unit_id(code: str, valid_from: str) -> UnitId:
    """Return the id of a unit that is loaded from a list, where (code, ISO day of its beginning) is its key."""
    return UnitId(uuid5(_UNITS, f"{code}|{valid_from}"))
