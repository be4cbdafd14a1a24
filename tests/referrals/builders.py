"""A commune with those who support and those who enforce, and a province that ceases on 1/7/2025."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from contracts.events.plans import UnitsChanged
from contracts.unit import Succession, UnitRecord
from kernel.clock import ICT
from kernel.ids import unit_id

SINCE = date(2000, 1, 1)
MERGER = date(2025, 7, 1)

_DECISIONS = UUID("7c8f0f2e-2222-5222-8333-b1a2c3d4e5f6")
# Code, name, kind, function, parent, first day, exclusive end.
_UNITS: tuple[tuple[str, str, str, str | None, str | None, date, date | None], ...] = (
    ("VN", "Việt Nam", "nation", None, None, date(1976, 7, 2), None),
    ("38", "Tỉnh Thanh Hóa", "province", None, "VN", SINCE, None),
    ("15187", "Xã Kim Tân", "commune", None, "38", SINCE, None),
    ("15187.YT", "Trạm Y tế xã Kim Tân", "body", "health", "15187", SINCE, None),
    ("15187.HPN", "Hội Phụ nữ xã Kim Tân", "body", "women", "15187", SINCE, None),
    ("15187.CA", "Công an xã Kim Tân", "body", "police", "15187", SINCE, None),
    ("15187.CA-YT", "Bệnh xá Công an", "body", "health", "15187.CA", SINCE, None),
    ("15187.D178", "Đội kiểm tra liên ngành 178", "team", "inspection", "15187", SINCE, None),
    ("15190", "Xã Vân Du", "commune", None, "38", SINCE, None),
    ("15190.YT", "Trạm Y tế xã Vân Du", "body", "health", "15190", SINCE, None),
    ("60", "Tỉnh Bình Thuận", "province", None, "VN", SINCE, MERGER),
    ("593", "Thành phố Phan Thiết", "district", None, "60", SINCE, MERGER),
    ("68", "Tỉnh Lâm Đồng", "province", None, "VN", SINCE, None),
    ("22945", "Phường Phan Thiết", "commune", None, "68", MERGER, None),
)
_BEARERS = {"60": "68", "593": "22945"}
UNIT = {code: unit_id(code, since.isoformat()) for code, _, _, _, _, since, _ in _UNITS}
"""Ids of all units by code."""


def first_units() -> UnitsChanged:
    """Return the event that tells of all units, and of what becomes of them."""
    successions = tuple(
        Succession(
            predecessor_id=UNIT[gone],
            successor_id=UNIT[heir],
            on=MERGER,
            decision="Nghị quyết 202/2025/QH15",
            bears_duties=True,
        )
        for gone, heir in _BEARERS.items()
    )
    return units_changed("Danh mục đơn vị", tuple(a_unit(*unit) for unit in _UNITS), successions)


def units_changed(
    decision: str, units: tuple[UnitRecord, ...] = (), successions: tuple[Succession, ...] = ()
) -> UnitsChanged:
    """Return a decision on units, in one part."""
    return UnitsChanged(
        decision_id=uuid5(_DECISIONS, decision),
        decision=decision,
        part=1,
        parts=1,
        units=units,
        successions=successions,
    )


def a_unit(
    code: str, name: str, kind: Any, function: str | None, parent: str | None, since: date, until: date | None
) -> UnitRecord:
    """Return a unit that stands in one place all its life."""
    place = {"parent_id": None if parent is None else UNIT[parent], "valid_from": since, "valid_until": until}
    return UnitRecord.model_validate(
        {"unit_id": UNIT[code], "code": code, "name": name, "kind": kind, "function": function}
        | {"valid_from": since, "valid_until": until, "placements": [place]}
    )


def a_service(**changed: Any) -> dict[str, Any]:
    """Return what the commune's health station offers."""
    return {
        "organization_name": "Trạm Y tế xã Kim Tân",
        "name": "Xét nghiệm và tư vấn HIV",
        "provider": "15187.YT",
        "needs": ["hiv_prevention", "arv"],
        "enforcement_independent": True,
    } | changed


def a_case(**changed: Any) -> dict[str, Any]:
    """Return a case that the commune's women's union keeps."""
    case = {"group": "woman_at_high_risk", "unit": "15187", "holder": "15187.HPN", "person": {"tên": "Bến cảng 7"}}
    return case | changed


def at(day: str, clock: str = "09:00:00") -> datetime:
    """Return an instant by the clocks of Viet Nam."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ICT)
