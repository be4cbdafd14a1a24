"""What a route declares about itself; without it, it cannot be registered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

WORK = "Work"
"""The header with a proof of work. The gateway takes one on routes whose OpenAPI operation lists it."""


class Kind(StrEnum):
    """What a route does, and so which conventions hold for it."""

    CREATE = "create"
    EDIT = "edit"
    LIST = "list"
    BULK = "bulk"
    READ = "read"


class UnitRule(StrEnum):
    """Which units a caller may act for or read about through a route."""

    ANY = "any"
    """What it answers concerns no unit in particular: the calendar, the catalogue, the tree itself."""
    ACTS_FOR = "acts_for"
    """The caller's unit is, or stands above, the unit it acts for, on the day of the act."""
    WITHIN = "within"
    """The answer holds only what concerns the caller's unit and its subtree, or what it receives."""


class Access(StrEnum):
    """Who gets through a route's door."""

    TOKEN = "token"  # noqa: S105 - a word
    """Whoever has a token with the route's scope."""
    SIGNATURE = "signature"
    """A known sender that signed the request (Standard Webhooks)."""
    PUBLIC = "public"
    """Everybody."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One row of the matrix in `docs/api.md`."""

    service: str
    name: str
    method: str
    path: str
    scope: str
    """Empty where no token is asked for."""
    units: UnitRule
    kind: Kind
    access: Access = Access.TOKEN

    def extensions(self) -> dict[str, Any]:
        """Return what the gateway and the documents read in the OpenAPI operation."""
        door = {"x-lanhmanh-scope": self.scope} if self.scope else {"x-lanhmanh-open": self.access.value}
        return door | {"x-lanhmanh-units": self.units.value, "x-lanhmanh-kind": self.kind.value}
