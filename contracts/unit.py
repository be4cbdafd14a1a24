"""The shape of units and of what happens to them, as plans tells it to the other services."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from contracts.model import Contract

UnitCode = Annotated[str, Field(pattern=r"^[0-9A-Z]{2,10}(\.[0-9A-Z-]{1,24})*$")]
"""Code of the General Statistics Office with leading zeros (`38`, `15187`), a suffix for a body (`15187.CA`)."""

UnitKind = Literal["nation", "province", "district", "commune", "village", "body", "team"]


class Placement(Contract):
    """Under whom a unit stands, from a day until another (exclusive)."""

    parent_id: UUID | None
    valid_from: date
    valid_until: date | None = None


class UnitRecord(Contract):
    """A node of the administrative tree, a body in it, or a joint team.

    Its identity is its id: codes are used again.
    """

    unit_id: UUID
    code: UnitCode
    name: str
    kind: UnitKind
    function: str | None = None
    """What a body does: `police`, `health`, `culture`, `education`, …; none for administrative units."""
    agency_code: str | None = None
    """Optional electronic identifier (QĐ 20/2020/QĐ-TTg, art. 4)."""
    valid_from: date
    valid_until: date | None = None
    placements: tuple[Placement, ...] = Field(min_length=1)
    members: tuple[UUID, ...] = ()
    """Bodies that send members to a joint team."""


class Succession(Contract):
    """One unit follows another from a day on. A dissolved unit has exactly one successor that bears its duties."""

    predecessor_id: UUID
    successor_id: UUID
    on: date
    decision: str
    bears_duties: bool = False
    """Takes over the open obligations and the role as receiver."""
