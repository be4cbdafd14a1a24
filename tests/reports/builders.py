"""A small province that ceases on 1/7/2025, its successor, and plans for it, with telling defaults."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from contracts.plan import Plan
from kernel.clock import ICT
from kernel.ids import UnitId, obligation_id
from tests.plans_told import MERGER, Country, UnitLine

SINCE = date(2000, 1, 1)
PLAN_ID = UUID("5b8f0f2e-1111-5222-8333-b1a2c3d4e5f6")
ISSUED_AT = datetime(2025, 4, 18, 2, 0, tzinfo=UTC)
DISTRICTS = ("593", "594", "595")

_UNITS: tuple[UnitLine, ...] = (
    ("VN", "Việt Nam", "nation", None, None, date(1976, 7, 2), None),
    ("60", "Tỉnh Bình Thuận", "province", None, "VN", SINCE, MERGER),
    ("593", "Thành phố Phan Thiết", "district", None, "60", SINCE, MERGER),
    ("594", "Thị xã La Gi", "district", None, "60", SINCE, MERGER),
    ("595", "Huyện Tuy Phong", "district", None, "60", SINCE, MERGER),
    ("60.SYT", "Sở Y tế", "body", "health", "60", SINCE, MERGER),
    ("60.CA", "Công an tỉnh", "body", "police", "60", SINCE, MERGER),
    ("60.MTTQ", "Mặt trận Tổ quốc tỉnh", "body", "front", "60", SINCE, MERGER),
    ("38", "Tỉnh Thanh Hóa", "province", None, "VN", SINCE, None),
    ("68", "Tỉnh Lâm Đồng", "province", None, "VN", MERGER, None),
    ("68.SYT", "Sở Y tế", "body", "health", "68", MERGER, None),
    ("68.CA", "Công an tỉnh", "body", "police", "68", MERGER, None),
    ("22945", "Phường Phan Thiết", "commune", None, "68", MERGER, None),
    ("23235", "Phường La Gi", "commune", None, "68", MERGER, None),
    ("22969", "Xã Tuy Phong", "commune", None, "68", MERGER, None),
)
_BEARERS = {
    "60": "68",
    "593": "22945",
    "594": "23235",
    "595": "22969",
    "60.SYT": "68.SYT",
    "60.CA": "68.CA",
    "60.MTTQ": "68",
}
COUNTRY = Country(_UNITS, _BEARERS)
UNIT = COUNTRY.ids


def ids(codes: Sequence[str]) -> list[UnitId]:
    """Return the ids of units."""
    return [UNIT[code] for code in codes]


def owed(rule: str, period: str, unit: str = "593", plan_id: UUID = PLAN_ID) -> str:
    """Return the id of an obligation as text."""
    return str(obligation_id(plan_id, rule, UNIT[unit], period))


def a_rule(code: str = "r1-quarter", **changed: Any) -> dict[str, Any]:
    """Return a resolved reporting rule; by default the districts report by quarter, before the 15th."""
    reporters, receivers = changed.pop("reporters", DISTRICTS), changed.pop("receivers", ("60.SYT",))
    rule = {
        "code": code,
        "name": f"Chế độ báo cáo {code}",
        "frequency": "quarter",
        "due": {"bound": "before", "day": 15},
        "reporters": {"units": list(reporters)},
        "reporter_ids": ids(reporters),
        "receivers": list(receivers),
        "receiver_ids": ids(receivers),
        "reference": "Phần IV",
    }
    return rule | changed


QUARTER = a_rule()
HALF_YEAR = a_rule("r1-half-year", frequency="half_year")
NINE_MONTHS = a_rule("r1-nine-months", frequency="nine_months")
YEAR = a_rule("r1-year", frequency="year")
POLICE = a_rule("r2-half-year", frequency="half_year", due={}, reporters=["60.CA"])
"""The police report without a stated day."""
FRONT = a_rule("r3-quarter", requirement="requested", reporters=["60.MTTQ"])
"""The front is only asked to report."""
AD_HOC = a_rule("r4-ad-hoc", frequency="ad_hoc", due={})
FLASH = a_rule("r5-flash", frequency="flash", due={}, reporters=["60.CA"])


def an_element(code: str, kind: str = "flow", **changed: Any) -> dict[str, Any]:
    """Return a data element."""
    return {"code": code, "name": f"Số liệu {code}", "kind": kind} | changed


ELEMENTS = (
    an_element("activities.held"),
    an_element("premises.total", "stock"),
    an_element("premises.inspected", "distinct"),
    an_element("funding.disbursed", "cumulative"),
    an_element("posts.published", monthly=True),
    an_element("offences.handled", authoritative=["police"]),
)


def an_indicator(code: str, **changed: Any) -> dict[str, Any]:
    """Return an indicator; by default a share of premises that must reach 20 per cent in a year."""
    share = {
        "measure": "ratio",
        "numerator": ["premises.inspected"],
        "denominator": ["premises.total"],
        "target": {"at_least": 20},
    }
    return {"code": code, "name": f"Chỉ tiêu {code}", "area": "enforcement", "measure": share} | changed


def a_plan(**changed: Any) -> Plan:
    """Return an issued plan of Bình Thuận: four periodic rules of its districts, due before the 15th."""
    plan: dict[str, Any] = {
        "plan_id": PLAN_ID,
        "slug": "binh-thuan-2025",
        "version": 1,
        "title": "Kế hoạch phòng, chống mại dâm năm 2025 của tỉnh Bình Thuận",
        "effective_on": date(2025, 4, 18),
        "issuer": "60",
        "issuer_id": UNIT["60"],
        "from_year": 2025,
        "until_year": 2025,
        "elements": ELEMENTS,
        "indicators": [an_indicator("premises.share")],
        "rules": [QUARTER, HALF_YEAR, NINE_MONTHS, YEAR],
    }
    return Plan.model_validate(plan | changed)


def at(day: str, clock: str = "09:00:00") -> datetime:
    """Return an instant by the clocks of Viet Nam: `at("2025-06-14", "23:59:59")`."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ICT)
