"""The plans of the book: one for each province and year, with a rule for each body and frequency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from contracts.plan import Plan
from contracts.unit_decision import UnitDecision
from kernel.calendar.period import Frequency
from kernel.ids import UnitId, unit_id
from lanhmanh.book.country import bodies_of, communes_of

_PLANS = UUID("b2f6a0c4-6d1e-5c55-9a0e-3f0a7d4f8e21")
INDICATORS = 15
_FREQUENCIES = {
    Frequency.MONTH: "tháng",
    Frequency.QUARTER: "quý",
    Frequency.HALF_YEAR: "6 tháng",
    Frequency.NINE_MONTHS: "9 tháng",
    Frequency.YEAR: "năm",
}
"""Nineteen periods a year."""
_AREAS = ("communication", "prevention", "enforcement", "support", "training")


def plans_of(decision: UnitDecision, years: Sequence[int]) -> Iterator[Plan]:
    """Yield the plans, as issued on the first day of their year."""
    names = {unit.code: unit.name for unit in decision.units}
    since = decision.on.isoformat()
    content = _content()
    for year in years:
        for province, communes in communes_of(decision).items():
            issuer_id = unit_id(province, since)
            yield Plan.model_validate(
                content
                | {
                    "plan_id": uuid5(_PLANS, f"{province}|{year}"),
                    "slug": f"gia-lap-{province}-{year}",
                    "version": 1,
                    "title": f"Kế hoạch giả lập năm {year} của {names[province]}",
                    "effective_on": date(year, 1, 1),
                    "issuer": province,
                    "issuer_id": issuer_id,
                    "from_year": year,
                    "until_year": year,
                    "rules": list(_rules(decision, province, issuer_id, communes, since)),
                }
            )


def _rules(
    decision: UnitDecision, province: str, receiver: UnitId, communes: Sequence[str], since: str
) -> Iterator[Mapping[str, Any]]:
    for suffix, function, name in bodies_of(decision):
        reporters = [unit_id(f"{commune}.{suffix}", since) for commune in communes]
        for frequency, word in _FREQUENCIES.items():
            yield {
                "code": f"{function}-{frequency.value}",
                "name": f"Báo cáo {word} của {name}",
                "frequency": frequency,
                "due": {"bound": "before", "day": 15},
                "reporters": {"under": province, "kinds": [function]},
                "reporter_ids": reporters,
                "receivers": [province],
                "receiver_ids": [receiver],
            }


def _content() -> dict[str, Any]:
    """Return what all plans say: fifteen shares of what is done in what is there."""
    indicators, elements = [], []
    for number in range(1, INDICATORS + 1):
        done, there = f"muc-{number:02d}.dat", f"muc-{number:02d}.tong"
        elements += [
            {"code": done, "name": f"Mục {number}: đạt", "kind": "flow"},
            {"code": there, "name": f"Mục {number}: tổng số", "kind": "flow"},
        ]
        share = {"measure": "ratio", "numerator": [done], "denominator": [there]}
        indicators.append(
            {
                "code": f"chi-tieu-{number:02d}",
                "name": f"Chỉ tiêu {number}",
                "area": _AREAS[number % len(_AREAS)],
                "measure": share | {"target": {"at_least": 40 + 3 * number}},
            }
        )
    return {"elements": elements, "indicators": indicators}
