"""The shape of a decision on units, as people and files write it: units by their code, not yet by their id."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import ConfigDict, Field

from contracts.model import Contract
from contracts.unit import UnitCode, UnitKind

MOST_UNITS = 60_000
"""What one decision may hold: the whole country with its standing bodies is 43,616 units."""


class NewUnit(Contract):
    """A unit that begins, or one that is there already and is stated again."""

    code: UnitCode
    name: str = Field(min_length=1, max_length=300)
    kind: UnitKind
    function: str | None = Field(default=None, pattern=r"^[a-z][a-z_]{0,49}$")
    """What a body or a team does: `police`, `health`, …"""
    agency_code: str | None = Field(
        default=None, max_length=35, pattern=r"^([A-Y]\d{2}(\.[0-9A-Z]+)*|Z\d{2}[.0-9A-Z]{1,32})$"
    )
    """Electronic identifier (QĐ 20/2020/QĐ-TTg, art. 4 and 6)."""
    parent: UnitCode | None = None
    """The unit directly above on the first day; none for a root."""
    valid_from: date | None = None
    """By default the decision's day."""
    valid_until: date | None = None
    """Exclusive end."""
    members: tuple[UnitCode, ...] = ()
    """Bodies that send members to a joint team."""


class Began(Contract):
    """A unit is older than was known: a list of some day has it from that day on, but it was there before.

    It stays the same unit, with the same id.
    """

    code: UnitCode
    valid_from: date
    """Its first day."""
    parent: UnitCode | None = None
    """The unit directly above until the day from which it was known; by default the same as on that day."""


class Move(Contract):
    """A unit stands under another one from the decision's day on."""

    code: UnitCode
    parent: UnitCode


class Follows(Contract):
    """One unit follows another: `{from: "593", to: "22945", bears_duties: true}`."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    predecessor: UnitCode = Field(alias="from")
    """The unit that had this code on the day before."""
    successor: UnitCode = Field(alias="to")
    on: date | None = None
    """By default the decision's day."""
    bears_duties: bool = False
    """Takes over the open obligations and the role as receiver."""


class StandingBody(Contract):
    """A body that every unit of a kind has: `{suffix: CA, name: "Công an {place}", function: police}`."""

    suffix: str = Field(pattern=r"^[0-9A-Z-]{1,24}$")
    """What is added to the owner's code, after a dot."""
    name: str = Field(min_length=1, max_length=300)
    """`{place}` stands for the owner's name in running text: “xã Kim Tân”."""
    kind: Literal["body", "team"] = "body"
    function: str = Field(pattern=r"^[a-z][a-z_]{0,49}$")
    members: tuple[str, ...] = ()
    """Suffixes of the bodies that send members to a joint team."""


class UnitDecision(Contract):
    """What one decision changes in the tree. It is known by its number and its day."""

    decision: str = Field(min_length=1, max_length=500)
    """Number and symbol of the decision, or of the list that is loaded."""
    on: date
    """The day from which it holds."""
    reference: str = Field(default="", max_length=1000)
    units: tuple[NewUnit, ...] = Field(default=(), max_length=MOST_UNITS)
    began: tuple[Began, ...] = Field(default=(), max_length=MOST_UNITS)
    """Units of the decision's day that are older than was known."""
    ended: tuple[UnitCode, ...] = Field(default=(), max_length=MOST_UNITS)
    """Units that do not exist any more from the decision's day on."""
    moved: tuple[Move, ...] = Field(default=(), max_length=MOST_UNITS)
    successions: tuple[Follows, ...] = Field(default=(), max_length=MOST_UNITS)
    bodies: dict[UnitKind, tuple[StandingBody, ...]] = Field(default_factory=dict)
    """Standing bodies, by the kind of unit that has them on the decision's day."""
