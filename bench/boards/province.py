"""A province of 170 communes that owe a year's reports under one plan, as the reports service keeps it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from contracts.events.plans import PlanIssued, UnitsChanged
from contracts.plan import Plan
from contracts.unit import UnitRecord
from kernel.clock import Clock, legal_day, start_of
from kernel.ids import UnitId, obligation_id, unit_id
from runtime.database import Database, Write
from runtime.reference import Actor, Reference
from services.reports.consumers.on_plan_issued import OnPlanIssued
from services.reports.consumers.on_units_changed import on_units_changed
from services.reports.domain.content import ReportContent, SheetContent
from services.reports.usecases.open_report import OpenReport, open_report
from services.reports.usecases.receive_version import Receipt

COMMUNES = 170
PROVINCE = "68"
SLUG = "lam-dong-2026"
_YEAR = 2026
_SINCE = date(2025, 7, 1)
_PLAN_ID = UUID("5b8f0f2e-3333-5222-8333-b1a2c3d4e5f6")
_RULES = ("month", "quarter", "half_year", "nine_months", "year")
"""The frequencies of its rules: 19 periods in a year."""
_REPORTED = 0.8
_TOGETHER = 100
"""Reports in one transaction."""


async def fill(database: Database, clock: Clock) -> None:
    """Tell a service's fresh database of the units and the plan, and have most of the reports come that are due."""
    await database.write(partial(on_units_changed, _units()))
    reference = Reference(database)
    plan = _plan()
    issued, told = OnPlanIssued(reference), PlanIssued(plan=plan, occurred_at=start_of(plan.effective_on))
    await issued.prepare(told, database)
    await database.write(partial(issued, told))
    actor = Actor("bench", PROVINCE, (await reference.view()).tree, legal_day(clock.now()))
    reports = list(_reports(plan, until=clock.now()))
    for begin in range(0, len(reports), _TOGETHER):

        async def receive(tx: Write, some: Sequence[OpenReport] = reports[begin : begin + _TOGETHER]) -> None:
            for report in some:
                await open_report(report, tx=tx, actor=actor, at=clock.now(), clock=clock)

        await database.write(receive)


def _units() -> UnitsChanged:
    lines = [("VN", "Việt Nam", "nation", None), (PROVINCE, "Tỉnh Lâm Đồng", "province", "VN")]
    lines += [(code, f"Xã {code}", "commune", PROVINCE) for code in _communes()]
    records = [
        UnitRecord.model_validate(
            {"unit_id": _id(code), "code": code, "name": name, "kind": kind, "valid_from": _SINCE}
            | {"placements": [{"parent_id": above and _id(above), "valid_from": _SINCE}]}
        )
        for code, name, kind, above in lines
    ]
    return UnitsChanged(decision_id=_PLAN_ID, decision="Danh mục", part=1, parts=1, units=tuple(records))


def _plan() -> Plan:
    rules = [
        {
            "code": f"r-{frequency}",
            "name": f"Chế độ báo cáo {frequency}",
            "frequency": frequency,
            "due": {"bound": "before", "day": 15},
            "reporters": {"under": PROVINCE, "kinds": ["commune"]},
            "reporter_ids": [_id(code) for code in _communes()],
            "receivers": [PROVINCE],
            "receiver_ids": [_id(PROVINCE)],
        }
        for frequency in _RULES
    ]
    return Plan.model_validate(
        {
            "plan_id": _PLAN_ID,
            "slug": SLUG,
            "version": 1,
            "title": "Kế hoạch phòng, chống mại dâm năm 2026 của tỉnh Lâm Đồng",
            "effective_on": date(_YEAR, 1, 2),
            "issuer": PROVINCE,
            "issuer_id": _id(PROVINCE),
            "from_year": _YEAR,
            "until_year": _YEAR,
            "rules": rules,
        }
    )


def _reports(plan: Plan, until: datetime) -> Iterator[OpenReport]:
    """Draw which reports came by an instant, and when: most of them in time."""
    dice = random.Random(2026)  # noqa: S311 - no secret
    for commune in map(_id, _communes()):
        for rule in plan.rules:
            for period in plan.periods(rule.frequency):
                span = period.days(rule.cut_off)
                assert span is not None
                received_at = start_of(span.until) + timedelta(hours=dice.randrange(-10 * 24, 5 * 24))
                if dice.random() < _REPORTED and received_at < until:
                    owed = obligation_id(plan.plan_id, rule.code, commune, period.key)
                    content = ReportContent({owed: SheetContent(nil=True)})
                    yield OpenReport(SLUG, commune, content, Receipt(received_at, "paper"))


def _communes() -> list[str]:
    return [f"{24_000 + number}" for number in range(COMMUNES)]


def _id(code: str) -> UnitId:
    return unit_id(code, _SINCE.isoformat())
