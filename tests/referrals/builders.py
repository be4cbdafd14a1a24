"""A commune with those who support and those who enforce, and a province that ceases on 1/7/2025."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from kernel.clock import ICT
from tests.plans_told import MERGER, Country, UnitLine

SINCE = date(2000, 1, 1)
_UNITS: tuple[UnitLine, ...] = (
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
COUNTRY = Country(_UNITS, {"60": "68", "593": "22945"})
UNIT = COUNTRY.ids


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
