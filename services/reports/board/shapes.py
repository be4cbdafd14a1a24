"""The shapes of the board's answers, encoded without a detour through other models."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from kernel.clock import from_micros
from kernel.shares import Share
from services.reports.board.memory import Memory, visible_at

StatusName = Literal["on_time", "late", "returned", "overdue", "due_soon", "not_due", "excused", "undated", "requested"]


class Rate(msgspec.Struct, frozen=True):
    """A share as it is: compare `100 · n` with a threshold times `d`; round only to show it."""

    n: int
    d: int


class StatusCounts(msgspec.Struct, frozen=True):
    """How many obligations have which status; the statuses add up to `total`."""

    total: int
    on_time: int
    late: int
    returned: int
    overdue: int
    due_soon: int
    not_due: int
    excused: int
    undated: int
    requested: int
    expected_so_far: int
    reporting_rate: Rate
    on_time_rate: Rate


class Standpoint(msgspec.Struct, frozen=True):
    """From where an answer looks."""

    as_of: datetime | None
    """The instant asked about; null for the present."""
    known_at: datetime
    """Nothing that was recorded later is in the answer."""
    revision: int | None
    """The newest one in the answer; null where `known_at` was named, for then newer ones change nothing."""
    epoch: UUID | None
    unchanged_since: datetime | None
    """Between these two instants the same question about the present gets the same answer, unless facts arrive."""
    unchanged_until: datetime | None


class UnitName(msgspec.Struct, frozen=True):
    """A unit as people know it."""

    id: UUID
    code: str
    name: str


def standpoint(memory: Memory, *, as_of: datetime | None, known_at: datetime | None, t: int) -> Standpoint:
    """Return from where an answer at `t` looks.

    For two named instants it never changes, whatever is recorded later.
    """
    at = memory.at
    assert at is not None  # noqa: S101 - answers are made after a pull
    since, until = memory.boundaries_around(t) if as_of is None else (None, None)
    return Standpoint(
        as_of=as_of,
        known_at=from_micros(visible_at(memory, known_at)),
        revision=at.number if known_at is None else None,
        epoch=at.epoch if known_at is None else None,
        unchanged_since=None if since is None else from_micros(since),
        unchanged_until=None if until is None else from_micros(until),
    )


def unit_name(memory: Memory, unit_id: Any) -> UnitName:
    """Return how a unit is called."""
    unit = memory.reference.tree.get(unit_id)
    return UnitName(unit.id, unit.code, unit.name)


def rate(share: Share) -> Rate:
    """Return a share as it is shown."""
    return Rate(share.numerator, share.denominator)


def encode(answer: msgspec.Struct) -> bytes:
    """Return the JSON of an answer."""
    return msgspec.json.encode(answer)
