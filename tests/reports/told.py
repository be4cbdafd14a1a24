"""What tips and referrals tell: a tip and what became of it, and released statistics, with telling defaults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from contracts.events.referrals import StatisticsReleased
from contracts.events.tips import (
    Category,
    Outcome,
    TipClassified,
    TipClosed,
    TipDeadlineMissed,
    TipReceived,
    TipTransferred,
)
from contracts.model import Event
from tests.reports.builders import UNIT, an_element, an_indicator, at

_NAMES = UUID("5b8f0f2e-3333-5222-8333-b1a2c3d4e5f6")
MAY, JUNE = at("2025-05-02"), at("2025-06-20")

IN_TIME = an_indicator(
    "tips.in-time",
    source="tips",
    measure={
        "measure": "ratio",
        "numerator": ["tips.in-time"],
        "denominator": ["tips.in-time", "tips.late"],
        "target": {"at_least": 100},
    },
)
"""Every tip is handled in time."""
OWN_BOOKS = (an_element("tips.in-time"), an_element("tips.late"))

SERVED = an_indicator(
    "support.served",
    source="referrals",
    measure={
        "measure": "ratio",
        "numerator": ["support.served"],
        "denominator": ["support.eligible"],
        "target": {"at_least": 60},
    },
)
"""Of those who need support, 60 per cent get it."""


@dataclass(frozen=True)
class Tip:
    """A tip that a unit received, by default Phan Thiết on the 2nd of May: what the tips service tells of it."""

    unit: str = "593"
    received_at: datetime = MAY
    name: str = "một"

    def _said(self, occurred_at: datetime, *, late: bool) -> dict[str, Any]:
        known = {"tip_id": uuid5(_NAMES, f"{self.unit}|{self.name}"), "unit_id": unit_of(self.unit)}
        return known | {"received_at": self.received_at, "occurred_at": occurred_at, "late": late}

    def received(self) -> TipReceived:
        return TipReceived(number="TB-593-2025-000001", **self._said(self.received_at, late=False))

    def classified(self, occurred_at: datetime, *, late: bool = False) -> TipClassified:
        return TipClassified(category=Category.FEEDBACK, **self._said(occurred_at, late=late))

    def transferred(self, occurred_at: datetime, *, late: bool = False) -> TipTransferred:
        return TipTransferred(to_unit_id=UNIT["60.CA"], **self._said(occurred_at, late=late))

    def closed(self, occurred_at: datetime, *, handled_at: datetime | None = None, late: bool = False) -> TipClosed:
        said = self._said(occurred_at, late=late)
        return TipClosed(outcome=Outcome.CONFIRMED, handled_at=handled_at or occurred_at, **said)

    def missed(self, occurred_at: datetime) -> TipDeadlineMissed:
        unit_id = unit_of(self.unit)
        asked = {"step": "classify", "due_at": occurred_at, "responsible_id": unit_id, "to_unit_id": unit_id}
        return TipDeadlineMissed(**asked, **self._said(occurred_at, late=True))


FACTS = ("received", "classified", "transferred", "closed", "missed")


def what_of(tip: Tip, fact: str, occurred_at: datetime, *, late: bool) -> Event:
    """Return one thing that is told of a tip, by its name; it was closed a day after it was handled."""
    match fact:
        case "received":
            return tip.received()
        case "classified":
            return tip.classified(occurred_at, late=late)
        case "transferred":
            return tip.transferred(occurred_at, late=late)
        case "closed":
            return tip.closed(occurred_at + timedelta(days=1), handled_at=occurred_at, late=late)
        case _:
            return tip.missed(occurred_at)


def unit_of(code: str) -> UUID:
    """Return the id of a unit, or one that plans has not told of."""
    return UNIT.get(code) or uuid5(_NAMES, code)


def released(
    served: int | None = 43,
    eligible: int | None = 64,
    *,
    unit: str = "60",
    period: str = "2025",
    occurred_at: datetime = JUNE,
    **changed: Any,
) -> StatisticsReleased:
    """Return statistics on a group; those without figures are suppressed."""
    figures = {"support.served": served, "support.eligible": eligible}
    known = {code: figure for code, figure in figures.items() if figure is not None}
    release = {
        "release_id": uuid5(_NAMES, f"{unit}|{period}|{occurred_at.isoformat()}|{served}|{eligible}"),
        "unit_id": unit_of(unit),
        "group": "person_who_sells_sex",
        "period": period,
        "elements": sorted(figures),
        "figures": known,
        "suppressed": not known,
        "occurred_at": occurred_at,
    }
    return StatisticsReleased.model_validate(release | changed)
