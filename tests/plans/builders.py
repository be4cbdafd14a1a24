"""A small province with its units, and a plan for it, with telling defaults."""

from __future__ import annotations

from typing import Any

_BODIES = {"SYT": "health", "CA": "police", "MTTQ": "front"}

FIRST_UNITS: dict[str, Any] = {
    "decision": "Danh mục đơn vị đầu tiên",
    "on": "2000-01-01",
    "units": [
        {"code": "VN", "name": "Việt Nam", "kind": "nation", "valid_from": "1976-07-02"},
        {"code": "60", "name": "Tỉnh Bình Thuận", "kind": "province", "parent": "VN"},
        {"code": "593", "name": "Thành phố Phan Thiết", "kind": "district", "parent": "60"},
        {"code": "594", "name": "Thị xã La Gi", "kind": "district", "parent": "60", "valid_from": "2005-09-05"},
        {"code": "22918", "name": "Phường Mũi Né", "kind": "commune", "parent": "593"},
        *(
            {"code": f"60.{suffix}", "name": suffix, "kind": "body", "function": function, "parent": "60"}
            for suffix, function in _BODIES.items()
        ),
        {"code": "38", "name": "Tỉnh Thanh Hóa", "kind": "province", "parent": "VN"},
        {"code": "38.SYT", "name": "Sở Y tế", "kind": "body", "function": "health", "parent": "38"},
    ],
}


def a_plan(**changed: Any) -> dict[str, Any]:
    """Return the body of a plan in order, as callers send it; members of it can be changed."""
    plan: dict[str, Any] = {
        "slug": "binh-thuan-2025",
        "title": "Kế hoạch phòng, chống mại dâm năm 2025 của tỉnh Bình Thuận",
        "symbol": "1643/KH-UBND",
        "issued_on": "2025-04-18",
        "effective_on": "2025-04-18",
        "issuer": "60",
        "from_year": 2025,
        "until_year": 2025,
        "elements": [
            an_element("premises.inspected", kind="distinct"),
            an_element("premises.total", kind="stock"),
            an_element("posts.published", kind="flow", monthly=True),
        ],
        "indicators": [an_indicator()],
        "rules": [a_rule()],
    }
    return plan | changed


def an_element(code: str = "premises.total", **changed: Any) -> dict[str, Any]:
    """Return a data element."""
    return {"code": code, "name": f"Số liệu {code}", "kind": "flow"} | changed


def an_indicator(code: str = "enforcement.premises-inspected", **measure: Any) -> dict[str, Any]:
    """Return an indicator; by default a share of premises."""
    share = {
        "measure": "ratio",
        "numerator": ["premises.inspected"],
        "denominator": ["premises.total"],
        "target": {"at_least": 20},
    }
    return {"code": code, "name": f"Chỉ tiêu {code}", "area": "enforcement", "measure": measure or share}


def a_rule(code: str = "r1-quarter", **changed: Any) -> dict[str, Any]:
    """Return a reporting rule; by default the districts and the police report by quarter, before the 15th."""
    rule = {
        "code": code,
        "name": f"Chế độ báo cáo {code}",
        "frequency": "quarter",
        "due": {"bound": "before", "day": 15},
        "reporters": {"under": "60", "kinds": ["district", "police"], "depth": 1},
        "receivers": ["60.SYT"],
    }
    return rule | changed
