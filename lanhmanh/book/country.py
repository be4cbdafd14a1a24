"""The country of the book: the provinces and communes of today with twelve bodies each, as if they had always been."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from contracts.unit_decision import UnitDecision
from lanhmanh.national import bodies_decision, national_decision


def country(first_year: int, share: float) -> UnitDecision:
    """Return one decision with all units, or with some of the communes, spread over the country."""
    administrative, bodies = national_decision(), bodies_decision("all")
    communes = [unit for unit in administrative["units"] if unit["kind"] == "commune"]
    kept = {unit["code"] for unit in _spread(communes, share)}
    units = [unit for unit in administrative["units"] if unit["kind"] != "commune" or unit["code"] in kept]
    return UnitDecision.model_validate(
        {
            "decision": "Sổ giả lập toàn quốc: đơn vị hành chính và cơ quan (không phải văn bản)",
            "on": date(first_year, 1, 1) - timedelta(days=1),
            "reference": administrative["reference"],
            "units": units,
            "bodies": {"commune": bodies["bodies"]["commune"]},
        }
    )


def communes_of(decision: UnitDecision) -> Mapping[str, Sequence[str]]:
    """Return the codes of the communes by that of their province; a province without any is left out."""
    found: dict[str, list[str]] = {}
    for unit in decision.units:
        if unit.kind == "commune" and unit.parent is not None:
            found.setdefault(unit.parent, []).append(unit.code)
    return found


def bodies_of(decision: UnitDecision) -> Iterator[tuple[str, str, str]]:
    """Yield what each commune's bodies are: suffix, function, and the name without the place."""
    for body in decision.bodies["commune"]:
        yield body.suffix, body.function, body.name.replace(" {place}", "")


def _spread(communes: Sequence[dict[str, Any]], share: float) -> Iterator[dict[str, Any]]:
    count = max(1, round(len(communes) * share))
    return (communes[place * len(communes) // count] for place in range(count))
