"""The indicator board of a plan of 2,000 units, 15 indicators and 19 periods: at first, kept, and after a report.

It needs no server, and runs alone: `python -m bench.evaluation.promised`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import numpy as np

from bench.row import Row, table
from contracts.plan import Plan
from kernel.calendar.days_off import LEGAL_CALENDAR
from kernel.calendar.period import CutOff
from kernel.clock import from_micros, start_of, to_micros
from kernel.ids import unit_id
from kernel.units import Placement, Unit, UnitTree
from runtime.database.revision import Revision
from runtime.reference import ReferenceView
from services.reports.board.feed import Delta
from services.reports.board.indicators import IndicatorsQuestion
from services.reports.board.judged import Judged
from services.reports.board.kernels import make_ready
from services.reports.board.memory import Memory
from services.reports.evaluation.columns import Flag
from services.reports.evaluation.evidence import ends_at
from services.reports.evaluation.history import LONG_AGO, NEVER
from services.reports.store.columns import HISTORY, Bulk, Series

_COMMUNES, _BODIES, _INDICATORS = 154, 12, 15
_SLUG, _PLAN_ID = "lam-dong-2025", UUID("5b8f0f2e-3333-5222-8333-b1a2c3d4e5f6")
_SINCE, _YEAR = date(2024, 7, 1), 2025
_T = to_micros(start_of(date(2026, 2, 1)))
_OPENED = to_micros(start_of(date(2025, 1, 2)))
_FREQUENCIES = ("month", "quarter", "half_year", "nine_months", "year")
_NATION, _PROVINCE = (unit_id(code, _SINCE.isoformat()) for code in ("VN", "68"))
_NIL = 0.15
"""The share of reports that say that nothing happened."""


async def measure_promised() -> Sequence[Row]:
    """Measure one question about the province, and what each way says being equal."""
    memory = _a_memory()
    asked = IndicatorsQuestion(_SLUG, _PROVINCE)
    first = _seconds(lambda: asked.answer(memory, _T))
    kept = _seconds(lambda: asked.answer(memory, _T + 1))
    at = _report(memory)
    changed = _seconds(lambda: asked.answer(memory, at))
    then = _seconds(lambda: IndicatorsQuestion(_SLUG, _PROVINCE, as_of=from_micros(_T)).answer(memory, _T))
    judged = Judged.at(memory, asked.viewpoint(memory, at))
    assert judged is not None
    one_by_one = _seconds(lambda: list(judged.all()))
    obligations = len(memory.owed.book)
    return [
        Row("evaluation", "promised_first_s", obligations, first, "s", 3, "at most"),
        Row("evaluation", "promised_then_s", obligations, then, "s", 3, "at most"),
        Row("evaluation", "promised_kept_ms", obligations, kept * 1e3, "ms", 100, "at most"),
        Row("evaluation", "promised_report_ms", obligations, changed * 1e3, "ms", 150, "at most"),
        Row("evaluation", "promised_vs_one_by_one", obligations, one_by_one, "s", 20, "at least", first),
    ]


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _a_memory() -> Memory:
    """Return what the board knows of a province whose units have mostly reported."""
    units, plan, dice = _units(), _a_plan(), np.random.default_rng(7)
    memory = Memory(ReferenceView(1, UnitTree(units), LEGAL_CALENDAR))
    periods = [(number, one) for number, rule in enumerate(plan.rules) for one in plan.periods(rule.frequency)]
    reporters = [unit.id for unit in units[2:]]
    unit, period = (one.reshape(-1).astype(np.int32) for one in np.indices((len(reporters), len(periods))))
    due = np.array([ends_at(one, CutOff.DECREE_09) for _, one in periods])[period]
    came = np.where(dice.random(len(due)) < 0.85, due - dice.integers(1, 10**12, len(due)), NEVER)
    is_accepted = (dice.random(len(due)) < 0.8) & (came != NEVER)
    accepted = np.where(is_accepted, np.where(is_accepted, came, 0) + 10**9, NEVER)
    states = {
        "unit_no": unit,
        "period_no": period,
        "series_no": np.array([number for number, _ in periods], np.int32)[period],
        "due": due,
        "first_receipt_at": came,
        "first_recorded_at": came,
        "accepted_at": accepted,
        "correction_due_at": np.full(len(due), LONG_AGO),
        "flags": np.where(came == NEVER, Flag.EXISTS, Flag.EXISTS | Flag.LIVE).astype(np.int16),
    }
    series = [Series(_PLAN_ID, rule.code, "required", "", "", _OPENED, _OPENED, 1) for rule in plan.rules]
    keys = [one.key for _, one in periods]
    memory.apply(_told(memory, states, units=reporters, periods=keys, series=series, plan=plan))
    columns = memory.owed.book.columns
    for row in np.flatnonzero(columns.first_receipt != NEVER).tolist():
        figures = dict(zip([one.code for one in plan.elements], dice.integers(0, 200, 30).tolist(), strict=True))
        is_nil = bool(dice.random() < _NIL)
        memory.figures.add(columns.duty(row), 1, {} if is_nil else figures, nil=is_nil)
    return memory


def _report(memory: Memory) -> int:
    """Have a report come that had not, and be accepted at once; return when."""
    columns, at = memory.owed.book.columns, _T + 10**9
    row = int(np.flatnonzero(columns.first_receipt == NEVER)[0])
    duty = columns.duty(row)
    states = {
        "unit_no": np.array([duty.unit], np.int32),
        "period_no": np.array([duty.slot], np.int32),
        "series_no": np.array([duty.series], np.int32),
        "due": columns.due[[row]],
        **dict.fromkeys(("first_receipt_at", "first_recorded_at", "accepted_at"), np.array([at])),
        "correction_due_at": np.array([LONG_AGO]),
        "flags": np.array([Flag.EXISTS | Flag.LIVE], np.int16),
    }
    memory.figures.add(duty, 1, {f"e{number}": 7 for number in range(2 * _INDICATORS)})
    memory.apply(_told(memory, states, at=at))
    return at


def _told(memory: Memory, states: Any, *, at: int = _T, plan: Plan | None = None, **more: Any) -> Delta:
    until = Revision(_PLAN_ID, at, from_micros(at))
    told = {name: np.empty(0, np.int64) for name in HISTORY}
    named = {"units": (), "periods": (), "series": ()} | more
    bulk = Bulk(until=until, whole=plan is not None, states=states, told=told, **named)
    if plan is None:
        return Delta(memory.reference, bulk)
    begun = from_micros(_OPENED)
    version = SimpleNamespace(document=plan.model_dump(mode="json"), occurred_at=begun, recorded_at=begun)
    issued = SimpleNamespace(id=_PLAN_ID, slug=_SLUG, generated_at=begun)
    return Delta(memory.reference, bulk, plans=[issued], plan_versions=[version])


def _a_plan() -> Plan:
    kinds = ["flow", "stock", "flow", "cumulative", "distinct", "distinct"]
    elements = [
        {"code": f"e{number}", "name": "Số liệu", "kind": kinds[number % len(kinds)]}
        for number in range(2 * _INDICATORS)
    ]
    measures = [
        {
            "measure": "ratio",
            "numerator": [f"e{2 * one}"],
            "denominator": [f"e{2 * one + 1}"],
            "target": {"at_least": 80},
        }
        for one in range(_INDICATORS)
    ]
    indicators = [
        {"code": f"i{one}", "name": "Chỉ tiêu", "area": "enforcement", "measure": measure}
        | {"period": _FREQUENCIES[one % len(_FREQUENCIES)]}
        for one, measure in enumerate(measures)
    ]
    rules = [
        {"code": f"r-{frequency}", "name": "Chế độ báo cáo", "frequency": frequency, "reporters": {"under": "68"}}
        | {"due": {"bound": "before", "day": 15}, "receivers": ["68"]}
        for frequency in _FREQUENCIES
    ]
    years = {"from_year": _YEAR, "until_year": _YEAR, "effective_on": date(_YEAR, 1, 2)}
    plan = {
        "plan_id": _PLAN_ID,
        "slug": _SLUG,
        "version": 1,
        "title": "Kế hoạch",
        "issuer": "68",
        "issuer_id": _PROVINCE,
    }
    return Plan.model_validate(plan | years | {"elements": elements, "indicators": indicators, "rules": rules})


def _units() -> list[Unit]:
    def unit(code: str, kind: str, above: Any, function: str | None = None) -> Unit:
        place = (Placement(above, _SINCE, None),)
        return Unit(unit_id(code, _SINCE.isoformat()), code, code, kind, function, _SINCE, None, place)

    found = [unit("VN", "nation", None), unit("68", "province", _NATION)]
    for code in (f"{24_000 + number}" for number in range(_COMMUNES)):
        commune = unit(code, "commune", _PROVINCE)
        found += [commune, *(unit(f"{code}.{body}", "body", commune.id, "health") for body in range(_BODIES))]
    return found


if __name__ == "__main__":
    import asyncio

    make_ready()
    print(table(asyncio.run(measure_promised())))
