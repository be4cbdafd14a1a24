"""What referrals publishes: the statistics that it released. Nothing else leaves that service."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NamedTuple
from uuid import UUID

from contracts.model import Event
from contracts.plan import Code

TOPIC = "lanhmanh.referrals"


class Group(StrEnum):
    """Whom support is for. Values are sent and stored: never change one."""

    PERSON_WHO_SELLS_SEX = "person_who_sells_sex"
    WOMAN_AT_HIGH_RISK = "woman_at_high_risk"
    VICTIM_OF_TRAFFICKING = "victim_of_trafficking"


class SupportElements(NamedTuple):
    """The codes of a group's two figures, as plans name them in their indicators."""

    eligible: str
    """Persons with a need and a positive decision on it."""
    served: str
    """Of those, persons who accessed a service."""


ELEMENTS_OF = {
    Group.PERSON_WHO_SELLS_SEX: SupportElements("support.eligible", "support.served"),
    Group.WOMAN_AT_HIGH_RISK: SupportElements("support.women-at-risk.eligible", "support.women-at-risk.served"),
    Group.VICTIM_OF_TRAFFICKING: SupportElements("support.victims.eligible", "support.victims.served"),
}
"""How the catalogue of plans calls what is released."""


class StatisticsReleased(Event):
    """The total of a unit, a group and a period was released, once and for all."""

    type: ClassVar[str] = "vn.lanhmanh.referrals.statistics.released.v1"
    topic: ClassVar[str] = TOPIC

    release_id: UUID
    unit_id: UUID
    """The root of the subtree whose persons are counted, each once."""
    group: Group
    period: str
    """Key of the period (`2025`, `2025-H1`)."""
    elements: tuple[Code, ...]
    """What the release is about."""
    figures: dict[Code, int]
    """By element. Empty where they are suppressed: so few persons could be told apart."""
    suppressed: bool
    occurred_at: datetime

    def key(self) -> str:
        return str(self.unit_id)
