"""Example requests, as the OpenAPI document shows them."""

from __future__ import annotations

from typing import Any

from fastapi.openapi.models import Example

_PLAN: dict[str, Any] = {
    "slug": "kim-tan-2026",
    "title": "Kế hoạch phòng, chống mại dâm năm 2026 của xã Kim Tân",
    "effective_on": "2026-06-15",
    "effective_assumed": True,
    "issuer": "15187",
    "from_year": 2026,
    "until_year": 2026,
    "elements": [
        {"code": "premises.total", "name": "Số cơ sở dịch vụ", "kind": "stock", "unit": "cơ sở"},
        {"code": "premises.inspected", "name": "Số cơ sở được kiểm tra", "kind": "distinct", "unit": "cơ sở"},
    ],
    "indicators": [
        {
            "code": "enforcement.premises-inspected",
            "name": "Tỷ lệ cơ sở được kiểm tra trong năm",
            "area": "enforcement",
            "measure": {
                "measure": "ratio",
                "numerator": ["premises.inspected"],
                "denominator": ["premises.total"],
                "target": {"at_least": 100},
            },
        }
    ],
    "rules": [
        {
            "code": "r1-year",
            "name": "Báo cáo năm",
            "frequency": "year",
            "due": {"bound": "before", "day": 15},
            "reporters": {"under": "15187", "kinds": ["police", "village"], "depth": 1},
            "receivers": ["15187.VHXH"],
        }
    ],
}

PLAN_DRAFT = {"xa": Example(summary="Kế hoạch năm của một xã", value=_PLAN)}

AMENDMENT = {
    "xa": Example(
        summary="Điều chỉnh từ 01/9/2026",
        value=_PLAN | {"effective_on": "2026-09-01", "decision": "Quyết định 12/QĐ-UBND"},
    )
}

UNIT_DECISION = {
    "dau-tien": Example(
        summary="Các đơn vị đầu tiên",
        value={
            "decision": "Danh mục đơn vị hành chính",
            "on": "2025-07-01",
            "units": [
                {"code": "VN", "name": "Việt Nam", "kind": "nation", "valid_from": "1976-07-02"},
                {"code": "38", "name": "Tỉnh Thanh Hóa", "kind": "province", "parent": "VN"},
                {"code": "15187", "name": "Xã Kim Tân", "kind": "commune", "parent": "38"},
            ],
            "bodies": {
                "commune": [
                    {"suffix": "CA", "name": "Công an {place}", "function": "police"},
                    {"suffix": "VHXH", "name": "Phòng Văn hóa - Xã hội {place}", "function": "culture_social"},
                ]
            },
        },
    ),
    "sap-nhap": Example(
        summary="Một đơn vị kết thúc và có đơn vị kế tục",
        value={
            "decision": "Nghị quyết 202/2025/QH15",
            "on": "2025-07-01",
            "ended": ["60"],
            "successions": [{"from": "60", "to": "68", "bears_duties": True}],
        },
    ),
}

DAY_DECISION = {
    "nghi-bu": Example(
        summary="Nghỉ thứ Sáu, làm bù thứ Bảy",
        value={
            "decision": "Thông báo hoán đổi ngày làm việc",
            "decided_on": "2025-12-25",
            "days_off": ["2026-01-02"],
            "worked": ["2026-01-10"],
        },
    )
}
