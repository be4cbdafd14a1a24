"""Say what a unit is over time, and what it means that one follows another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kernel.ids import UnitId

_BODIES = frozenset({"body", "team"})


@dataclass(frozen=True, slots=True)
class Placement:
    """Under whom a unit stands, from a day until another (exclusive)."""

    parent_id: UnitId | None
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A node of the administrative tree, a body in it, or a joint team.

    Its identity is its id, because codes are used again.
    """

    id: UnitId
    code: str
    name: str
    kind: str
    """nation, province, district, commune, village, body or team."""
    function: str | None
    """What a body or a team does (police, health, …); none for administrative units."""
    valid_from: date
    valid_until: date | None
    """Exclusive end; none while no decision has dissolved it."""
    placements: tuple[Placement, ...]
    """In time order, without gaps. One that has no end ends with the unit."""
    members: tuple[UnitId, ...] = ()
    """Bodies that send members to a joint team. The team itself stands only where its placement says."""

    @property
    def is_administrative(self) -> bool:
        """Whether it is a level of the state with a territory, and neither a body nor a team."""
        return self.kind not in _BODIES

    @property
    def reporter_kind(self) -> str:
        """What selectors and authority know the unit by: the function of a body or a team, else its kind."""
        return self.kind if self.is_administrative else self.function or self.kind

    def exists_on(self, day: date) -> bool:
        """Say whether the unit exists on a day."""
        return _holds(self.valid_from, self.valid_until, day)

    def placement_on(self, day: date) -> Placement | None:
        """Return where the unit stands on a day; none if it does not exist then."""
        if not self.exists_on(day):
            return None
        return next((place for place in self.placements if _holds(place.valid_from, place.valid_until, day)), None)


@dataclass(frozen=True, slots=True)
class Succession:
    """One unit follows another from a day on."""

    predecessor_id: UnitId
    successor_id: UnitId
    on: date
    decision: str
    """Number and symbol of the decision behind it."""
    bears_duties: bool = False
    """Takes over the open obligations and the role as receiver."""


def _holds(valid_from: date, valid_until: date | None, day: date) -> bool:
    return valid_from <= day and (valid_until is None or day < valid_until)
