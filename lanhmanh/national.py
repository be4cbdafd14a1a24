"""The present units of Viet Nam as one decision: 34 provinces and 3,321 communes since 1/7/2025, and their bodies."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from typing import Any, Literal

import yaml
from vietnam_provinces import Province, Ward

SINCE = date(2025, 7, 1)
"""The day from which the two-level model holds."""


def national_decision() -> dict[str, Any]:
    """Return the decision that loads the whole country under the root `VN`.

    Names and codes are those of the PyPI package `vietnam-provinces`.
    """
    root = {"code": "VN", "name": "Việt Nam", "kind": "nation", "valid_from": "1976-07-02"}
    provinces = [
        {"code": f"{one.code.value:02d}", "name": _with_type(one), "kind": "province", "parent": "VN"}
        for one in Province.iter_all()
    ]
    communes = [
        {
            "code": f"{one.code.value:05d}",
            "name": one.name,
            "kind": "commune",
            "parent": f"{one.province_code.value:02d}",
        }
        for one in Ward.iter_all()
    ]
    return {
        "decision": "Danh mục đơn vị hành chính từ 01/7/2025",
        "on": SINCE.isoformat(),
        "reference": "vietnam-provinces 2025.10.1, theo Quyết định 19/2025/QĐ-TTg",
        "units": [root, *provinces, *communes],
    }


def bodies_decision(bodies: Literal["provinces", "all"]) -> dict[str, Any]:
    """Return the decision that gives every province, or every province and commune, its standing bodies."""
    template = yaml.safe_load((files("examples") / "units" / "bodies.yaml").read_text(encoding="utf-8"))
    kinds = ("province",) if bodies == "provinces" else ("province", "commune")
    suffix = "" if bodies == "all" else " (cấp tỉnh)"
    return {
        "decision": template["decision"] + suffix,
        "on": template["on"].isoformat(),
        "reference": template["reference"],
        "bodies": {kind: template[kind] for kind in kinds},
    }


def _with_type(province: Province) -> str:
    """The package names most provinces without their type."""
    return province.name if province.name.startswith("Thành phố") else f"Tỉnh {province.name}"
