"""Alarms on reports: to who owes at the instants that the plan sets, then up the tree, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete

from contracts.plan import Plan
from kernel.clock import SetClock
from runtime import alarms
from runtime.alarms import alarm_clock
from runtime.database.migrate import migrate
from runtime.watch import Watch
from services.reports.wiring import MIGRATIONS, Reports
from tests.reports.before import take_back
from tests.reports.builders import DISTRICTS, FRONT, POLICE, QUARTER, UNIT, a_plan, a_rule, at, owed
from tests.reports.office import Q2, Office, PlansOffice
from tests.rig import published

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("watch", "plan")]

DUE = at("2025-06-15", "00:00:00")
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


@pytest_asyncio.fixture
async def plan(plans: PlansOffice) -> Plan:
    """Bình Thuận's plan with a quarterly report, one without a day, and one that is only asked for."""
    return await plans.issue(a_plan(rules=[QUARTER, POLICE, FRONT]))


@pytest.fixture
def told(service: Reports, watch: Watch[Any], clock: SetClock) -> Callable[[datetime], Any]:
    """Let the watch look at an instant, and return all that was ever raised: kind, who owes, to whom, step."""

    async def look(instant: datetime) -> list[tuple[str, str, str, int]]:
        clock.set(instant)
        await watch.catch_up()
        code = {str(unit): code for code, unit in UNIT.items()}
        return [
            (fact.split(".")[1], code[one["unit_id"]], code[one["to_unit_id"]], one.get("step", 0))
            for fact, one in await published(service.database)
            if fact.startswith("obligation.")
        ]

    return look


def to_each(kind: str, *units: str) -> list[tuple[str, str, str, int]]:
    """Return one alarm of a kind to each unit itself."""
    return [(kind, unit, unit, 0) for unit in units]


async def test_who_owes_hears_that_it_is_due_soon_seven_days_before_and_not_earlier(told: Any) -> None:
    assert await told(DUE - 7 * DAY - MICROSECOND) == []
    assert sorted(await told(DUE - 7 * DAY)) == to_each("due_soon", *DISTRICTS)
    assert sorted(await told(DUE - MICROSECOND)) == to_each("due_soon", *DISTRICTS)


async def test_who_owes_hears_at_the_due_instant_that_it_is_overdue(told: Any) -> None:
    before = await told(DUE - MICROSECOND)

    assert sorted((await told(DUE))[len(before) :]) == to_each("overdue", *DISTRICTS)


async def test_an_alarm_says_what_is_owed_by_whom_and_since_when(told: Any, service: Reports) -> None:
    await told(DUE + 5 * DAY)
    rule = {"plan_id": str(a_plan().plan_id), "rule": "r1-quarter", "period": "2025-Q2"}

    events = [(fact, one) for fact, one in await published(service.database) if one["unit_id"] == str(UNIT["593"])]

    obligation = {"obligation_id": owed("r1-quarter", "2025-Q2"), **rule, "unit_id": str(UNIT["593"])}
    assert events == [
        (
            "obligation.overdue",
            obligation
            | {"to_unit_id": str(UNIT["593"]), "due_at": "2025-06-14T17:00:00Z", "fell_at": "2025-06-14T17:00:00Z"},
        ),
        (
            "obligation.escalated",
            obligation
            | {"to_unit_id": str(UNIT["60"]), "due_at": "2025-06-14T17:00:00Z", "fell_at": "2025-06-17T17:00:00Z"}
            | {"step": 1},
        ),
    ]


async def test_after_three_days_of_downtime_each_debtor_hears_once_and_who_reported_does_not(
    told: Any, office: Callable[[str], Office]
) -> None:
    before = await told(DUE - DAY)
    await office("594").reported(Q2)

    after = await told(DUE + 2 * DAY)

    assert sorted(after[len(before) :]) == to_each("overdue", "593", "595")
    assert await told(DUE + 2 * DAY) == after


async def test_a_reminder_that_its_due_instant_has_overtaken_is_not_sent(told: Any) -> None:
    assert sorted(await told(DUE + DAY)) == to_each("overdue", *DISTRICTS)


async def test_escalation_walks_up_the_tree_and_stops_at_the_top(
    told: Any, office: Callable[[str], Office], clock: SetClock
) -> None:
    clock.set(DUE - 20 * DAY)
    await office("594").reported(Q2)
    await office("595").reported(Q2)

    steps = [(await told(DUE + days * DAY))[1:] for days in (0, 2, 3, 7, 14)]

    first, second = ("escalated", "593", "60", 1), ("escalated", "593", "VN", 2)
    assert steps == [[], [], [first], [first, second], [first, second]]


async def test_after_a_merger_who_bears_the_duty_hears_and_then_who_stands_above_it(told: Any) -> None:
    raised = await told(at("2025-09-18", "00:00:00"))

    of_autumn = [one for one in raised if one[1] == "22945"]
    assert of_autumn == [
        *[("overdue", "22945", "22945", 0), ("escalated", "22945", "68", 1), ("escalated", "22945", "VN", 2)],
        *[("overdue", "22945", "22945", 0), ("escalated", "22945", "68", 1)],
    ]
    assert {owing for _, owing, _, _ in raised} == {"22945", "23235", "22969"}


async def test_a_merger_raises_nothing_again(told: Any, office: Callable[[str], Office]) -> None:
    before = await told(at("2025-06-30"))
    merged = await told(at("2025-07-02"))
    # What is owed changes without an effect, so that it is looked at again.
    path = f"/v1/obligations/{owed('r1-quarter', '2025-Q2')}"
    for verb in ("excuse", "excuse/lift"):
        await office("68.SYT").edit("POST", f"{path}/{verb}", {"reason": "Nhầm"}, of=path)

    assert before == merged == await told(at("2025-07-02"))


async def test_an_extension_gives_new_alarms_for_the_new_day_and_leaves_the_old_ones(
    told: Any, office: Callable[[str], Office]
) -> None:
    before = [one for one in await told(DUE) if one[1] == "593"]
    path = f"/v1/obligations/{owed('r1-quarter', '2025-Q2')}"
    body = {"last_timely_on": "2025-06-27", "reason": "Lũ lụt"}
    assert (await office("60.SYT").edit("POST", f"{path}/extension", body, of=path)).status_code == 200

    extended = [one for one in await told(at("2025-06-20", "23:59:59")) if one[1] == "593"]
    due_soon = [one for one in await told(at("2025-06-21", "00:00:00")) if one[1] == "593"]
    overdue = [one for one in await told(at("2025-06-28", "00:00:00")) if one[1] == "593"]

    assert before == extended == to_each("overdue", "593")
    assert due_soon == before + to_each("due_soon", "593")
    assert overdue == due_soon + to_each("overdue", "593")


async def test_a_returned_report_is_told_anew_when_its_correction_day_has_passed(
    told: Any, district: Office, health: Office, clock: SetClock
) -> None:
    clock.set(at("2025-06-10"))
    path = await district.reported(Q2)
    clock.set(at("2025-06-13"))
    await health.review(path, "return", reason="Thiếu số liệu", correction_days=4)

    running = [one for one in await told(at("2025-06-17", "23:59:59")) if one[1] == "593"]
    passed = [one for one in await told(at("2025-06-18", "00:00:00")) if one[1] == "593"]
    await district.create(f"{path}/versions", {"covers": [Q2]})
    mended = [one for one in await told(at("2025-06-29")) if one[1] == "593"]

    assert running == []
    assert passed == mended == to_each("overdue", "593")


async def test_nobody_is_told_of_what_is_excused_dropped_undated_or_only_asked_for(
    told: Any, plans: PlansOffice, plan: Plan, health: Office
) -> None:
    path = f"/v1/obligations/{owed('r1-quarter', '2025-Q2')}"
    await health.edit("POST", f"{path}/excuse", {"reason": "Thiên tai"}, of=path)
    fewer = a_rule(reporters=["595"])
    await plans.amend(plan, rules=[fewer, POLICE, FRONT], effective_on="2025-05-01")

    raised = await told(at("2025-06-30"))

    assert {owing for _, owing, _, _ in raised} == {"595"}


async def test_an_excuse_that_is_lifted_gives_the_alarms_that_have_fallen_due(told: Any, health: Office) -> None:
    path = f"/v1/obligations/{owed('r1-quarter', '2025-Q2')}"
    await health.edit("POST", f"{path}/excuse", {"reason": "Thiên tai"}, of=path)
    before = [one for one in await told(DUE + 4 * DAY) if one[1] == "593"]
    await health.edit("POST", f"{path}/excuse/lift", {"reason": "Hết thiên tai"}, of=path)

    assert before == []
    after = [one for one in await told(DUE + 4 * DAY) if one[1] == "593"]
    assert after == [("overdue", "593", "593", 0), ("escalated", "593", "60", 1)]


async def test_a_due_day_that_an_amendment_moves_is_told_on_the_new_day(
    told: Any, plans: PlansOffice, plan: Plan
) -> None:
    earlier = a_rule(due={"bound": "by", "day": 4})
    await plans.amend(plan, rules=[earlier, POLICE, FRONT], effective_on="2025-05-20")
    before_it_takes_effect = await told(at("2025-05-19"))

    assert before_it_takes_effect == []
    assert sorted(await told(at("2025-05-29", "00:00:00"))) == to_each("due_soon", *DISTRICTS)
    assert sorted((await told(at("2025-06-05", "00:00:00")))[3:]) == to_each("overdue", *DISTRICTS)


async def test_the_first_wording_of_a_reminder_holds_as_on_the_board(
    told: Any, plans: PlansOffice, plan: Plan, health: Office
) -> None:
    await plans.amend(plan, rules=[a_rule(reminder_days=30), POLICE, FRONT])
    # What is owed changes without an effect, so that it is looked at again.
    path = f"/v1/obligations/{owed('r1-quarter', '2025-Q2')}"
    for verb in ("excuse", "excuse/lift"):
        await health.edit("POST", f"{path}/{verb}", {"reason": "Nhầm"}, of=path)

    assert await told(DUE - 8 * DAY) == []
    assert sorted(await told(DUE - 7 * DAY)) == to_each("due_soon", *DISTRICTS)


async def test_many_are_told_in_transactions_of_few(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarms, "AT_ONCE", 2)

    assert sorted(await told(DUE)) == to_each("overdue", *DISTRICTS)


async def test_what_is_raised_is_counted_by_its_kind(told: Any, service: Reports) -> None:
    await told(DUE + 3 * DAY)

    def counted(kind: str) -> float | None:
        return service.metrics.registry.get_sample_value(
            "lanhmanh_alarms_raised_total", {"service": "reports", "kind": kind}
        )

    assert [counted(kind) for kind in ("due_soon", "overdue", "escalated")] == [None, 3, 3]


async def test_a_database_that_had_no_alarms_tells_who_owes_after_its_migration_once(
    told: Any, service: Reports, district: Office, clock: SetClock
) -> None:
    clock.set(DUE - DAY)
    await district.reported(Q2)
    await service.database.mark(lambda connection: connection.execute(delete(alarm_clock)))
    await take_back(service.database, "20261125_tips_and_releases")

    assert await told(DUE) == []
    await migrate(service.database, MIGRATIONS)

    assert sorted(await told(DUE)) == to_each("overdue", "594", "595")
