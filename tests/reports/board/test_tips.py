"""Which tips are in the tips indicator, and how each of them stands at an instant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contracts.model import Event
from contracts.unit import Placement, UnitRecord
from kernel.clock import SetClock
from tests.plans_told import MERGER, units_changed
from tests.reports.board.promises import cell
from tests.reports.builders import DISTRICTS, SINCE, UNIT, YEAR, a_plan, an_indicator, at
from tests.reports.office import Office, PlansOffice
from tests.reports.tables import table
from tests.reports.told import IN_TIME, OWN_BOOKS, Tip, unit_of

FIGURES = ("handled_in_time", "handled_late", "running_in_time", "running_late")
NONE, IN_TIME_HANDLED, HANDLED_LATE, RUNNING, RUNNING_LATE = (
    (0, 0, 0, 0),
    (1, 0, 0, 0),
    (0, 1, 0, 0),
    (0, 0, 1, 0),
    (0, 0, 0, 1),
)
TIP = Tip()
LATER = "2026-01-01T00:00:00+07:00"


def tips_plan(**changed: Any) -> Any:
    """Return a plan that promises to handle every tip in time; nobody keeps books of its own."""
    return a_plan(**({"elements": OWN_BOOKS, "indicators": [IN_TIME], "rules": []} | changed))


async def counted(office: Office, *, period: str = "2025", **query: Any) -> tuple[int, ...] | None:
    """Return the four figures of the tips service."""
    shown = (await cell(office, IN_TIME["code"], period, **({"as_of": LATER} | query)))["tips"]
    return None if shown is None else tuple(shown[name] for name in FIGURES)


async def over_time(office: Office, *instants: str) -> list[tuple[int, ...] | None]:
    """Return the figures at instants by the clocks of Viet Nam."""
    return [await counted(office, as_of=f"2025-{instant}+07:00") for instant in instants]


@pytest.mark.asyncio
async def test_a_tip_runs_from_its_receipt_until_it_is_handled_not_until_somebody_closes_it(
    plans: PlansOffice, province: Office
) -> None:
    await plans.issue(tips_plan())
    await plans.tell(TIP.received(), TIP.closed(at("2025-05-20"), handled_at=at("2025-05-10")))

    instants = ("05-02T08:59:59", "05-02T09:00:00", "05-10T08:59:59", "05-10T09:00:00", "05-20T09:00:00")
    found = await over_time(province, *instants)

    assert found == [NONE, RUNNING, RUNNING, IN_TIME_HANDLED, IN_TIME_HANDLED]


@pytest.mark.asyncio
async def test_a_missed_deadline_makes_a_tip_late_until_its_category_takes_that_back(
    plans: PlansOffice, province: Office
) -> None:
    await plans.issue(tips_plan())
    await plans.tell(TIP.received(), TIP.missed(at("2025-05-03")), TIP.classified(at("2025-05-06"), late=False))

    found = await over_time(province, "05-03T08:59:59", "05-03T09:00:00", "05-06T08:59:59", "05-06T09:00:00")

    assert found == [RUNNING, RUNNING_LATE, RUNNING_LATE, RUNNING]


@pytest.mark.asyncio
async def test_of_equal_instants_what_was_told_last_holds(plans: PlansOffice, province: Office) -> None:
    one, other, moment = Tip(), Tip("594"), at("2025-05-03")
    await plans.issue(tips_plan())
    await plans.tell(one.received(), one.missed(moment), one.classified(moment), other.received())
    await plans.tell(other.missed(moment))
    await plans.tell(other.classified(moment))

    assert await counted(province) == (0, 0, 2, 0)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("transfer_late", "closing_late", "between", "after"),
    [(False, True, IN_TIME_HANDLED, HANDLED_LATE), (True, False, HANDLED_LATE, IN_TIME_HANDLED)],
)
async def test_a_tip_is_handled_since_its_transfer_and_its_closing_speaks_for_its_own_instant(
    plans: PlansOffice,
    province: Office,
    transfer_late: bool,
    closing_late: bool,
    between: tuple[int, ...],
    after: tuple[int, ...],
) -> None:
    transferred = TIP.transferred(at("2025-05-05"), late=transfer_late)
    closed = TIP.closed(at("2025-05-30"), handled_at=at("2025-05-12"), late=closing_late)
    await plans.issue(tips_plan())
    await plans.tell(TIP.received(), transferred, closed)

    found = await over_time(province, "05-05T08:59:59", "05-05T09:00:00", "05-12T08:59:59", "05-12T09:00:00")

    assert found == [RUNNING, between, between, after]


@pytest.mark.asyncio
async def test_what_a_handled_tip_misses_afterwards_does_not_make_it_late(plans: PlansOffice, province: Office) -> None:
    await plans.issue(tips_plan())
    await plans.tell(TIP.received(), TIP.missed(at("2025-05-08")))

    # It had been handled in time, and that was entered a week later.
    await plans.tell(TIP.closed(at("2025-05-15"), handled_at=at("2025-05-07")))

    assert await over_time(province, "05-07T08:59:59", "05-08T09:00:00") == [RUNNING, IN_TIME_HANDLED]


@pytest.mark.asyncio
async def test_what_is_told_later_changes_only_what_is_known_later(
    plans: PlansOffice, province: Office, clock: SetClock
) -> None:
    await plans.issue(tips_plan())
    await plans.tell(TIP.received())
    known_at = (await province.read("/v1/indicators", plan="binh-thuan-2025"))["standpoint"]["known_at"]
    clock.set(at("2025-04-17"))
    await plans.tell(TIP.transferred(at("2025-05-02", "09:30:00")))

    assert await counted(province, known_at=known_at) == RUNNING
    assert await counted(province) == IN_TIME_HANDLED


@pytest.mark.asyncio
async def test_the_first_event_of_a_tip_may_be_missing(plans: PlansOffice, province: Office) -> None:
    await plans.issue(tips_plan())
    await plans.tell(TIP.transferred(at("2025-05-05")))

    found = await over_time(province, "05-02T08:59:59", "05-02T09:00:00", "05-05T09:00:00")

    assert found == [NONE, RUNNING, IN_TIME_HANDLED]


@pytest.mark.asyncio
async def test_the_tips_of_a_period_are_those_received_from_the_15th_to_the_14th(
    plans: PlansOffice, province: Office
) -> None:
    await plans.issue(tips_plan(indicators=[IN_TIME | {"period": "quarter"}]))
    first = Tip(received_at=at("2025-03-14", "23:59:59"), name="quý một")
    others = [Tip(received_at=at("2025-03-15", "00:00:00")), Tip("594", at("2025-06-14", "23:59:59"))]
    last = Tip(received_at=at("2025-06-15", "00:00:00"), name="quý ba")
    await plans.tell(*(tip.received() for tip in (first, *others, last)))

    found = {f"Q{number}": await counted(province, period=f"2025-Q{number}") for number in (1, 2, 3, 4)}

    assert found == {"Q1": RUNNING, "Q2": (0, 0, 2, 0), "Q3": RUNNING, "Q4": NONE}


@pytest.mark.asyncio
async def test_a_tip_counts_for_the_unit_that_received_it_and_all_above(plans: PlansOffice, province: Office) -> None:
    await plans.issue(tips_plan())
    # Neither the police nor Thanh Hóa owes a report under the plan.
    await plans.tell(*(Tip(unit).received() for unit in ("593", "594", "60.CA", "38")))

    found = {unit: await counted(province, unit=unit) for unit in ("60", "593", "595", "60.CA")}

    assert found == {"60": (0, 0, 3, 0), "593": RUNNING, "595": NONE, "60.CA": RUNNING}


@pytest.mark.asyncio
async def test_the_tips_of_a_former_unit_count_at_its_place_or_at_its_successors(
    plans: PlansOffice, office: Callable[[str], Office], clock: SetClock
) -> None:
    await plans.issue(tips_plan())
    await plans.tell(Tip("593").received(), Tip("22945", at("2025-08-01")).received())
    clock.set(at("2025-09-01"))
    lam_dong = office("68")

    then = {unit: await counted(lam_dong, unit=unit) for unit in ("60", "593")}
    now = {unit: await counted(lam_dong, unit=unit, tree="now") for unit in ("68", "22945", "23235")}

    assert then == {"60": RUNNING, "593": RUNNING}
    assert now == {"68": (0, 0, 2, 0), "22945": (0, 0, 2, 0), "23235": NONE}


@pytest.mark.asyncio
@pytest.mark.parametrize("tree", ["then", "now"])
async def test_a_tip_may_come_before_its_unit(plans: PlansOffice, province: Office, tree: str) -> None:
    june = {"tree": tree, "as_of": "2025-06-01T00:00:00Z"}
    await plans.issue(tips_plan(rules=[YEAR]))
    await plans.tell(Tip("596").received(), TIP.received())

    before = await counted(province, **june)
    compliance = await province.get("/v1/compliance", {"plan": "binh-thuan-2025", **june})
    explained = {"plan": "binh-thuan-2025", "indicator": IN_TIME["code"], "period": "2025"}
    explanation = await province.get("/v1/explanations/indicator", explained | june)
    await plans.tell(units_changed("Nghị quyết 7", (ham_thuan_bac(),)))

    assert (before, compliance.status_code, explanation.status_code) == (RUNNING, 200, 200)
    assert await counted(province, **june) == (0, 0, 2, 0)


def ham_thuan_bac() -> UnitRecord:
    """Return a district of the province that plans tells of late."""
    place = Placement(parent_id=UNIT["60"], valid_from=SINCE, valid_until=MERGER)
    return UnitRecord(
        unit_id=unit_of("596"),
        code="596",
        name="Huyện Hàm Thuận Bắc",
        kind="district",
        valid_from=SINCE,
        valid_until=MERGER,
        placements=(place,),
    )


@pytest.mark.asyncio
async def test_there_are_no_figures_until_the_service_has_told_of_any_tip(plans: PlansOffice, province: Office) -> None:
    await plans.issue(tips_plan())
    silent = await province.read("/v1/indicators", plan="binh-thuan-2025", as_of=LATER)

    await plans.tell(Tip("38").received())

    found = await cell(province, IN_TIME["code"], as_of=LATER)
    assert (found["tips"], found["value"]) == (dict.fromkeys(FIGURES, 0), {"n": 0, "d": 0})
    assert (found["verdict"], found["reason"]) == ("not_judged", "empty_population")
    known_at = silent["standpoint"]["known_at"]
    still = await cell(province, IN_TIME["code"], as_of=LATER, known_at=known_at)
    assert (still["verdict"], still["reason"], still["tips"]) == ("no_data", "tips_service_silent", None)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("events", "instant", "value", "verdict"),
    [
        ([], "06-01", {"n": 0, "d": 0}, "on_track"),
        ([TIP.transferred(at("2025-05-05"))], "06-01", {"n": 1, "d": 1}, "on_track"),
        ([TIP.missed(at("2025-05-05"))], "06-01", {"n": 0, "d": 1}, "at_risk"),
        ([TIP.transferred(at("2025-05-05"))], "12-15", {"n": 1, "d": 1}, "met"),
        ([TIP.transferred(at("2025-05-05"), late=True)], "12-15", {"n": 0, "d": 1}, "not_met"),
    ],
)
async def test_a_tip_that_runs_in_time_is_not_judged_yet_and_the_period_decides(
    plans: PlansOffice, province: Office, events: list[Event], instant: str, value: dict[str, int], verdict: str
) -> None:
    await plans.issue(tips_plan())
    await plans.tell(TIP.received(), *events)

    found = await cell(province, IN_TIME["code"], as_of=f"2025-{instant}T00:00:00+07:00")

    assert (found["value"], found["verdict"]) == (value, verdict)


@pytest.mark.asyncio
async def test_what_units_report_from_their_own_books_is_added_and_shown_apart(
    plans: PlansOffice, province: Office, accepted: Any
) -> None:
    await plans.issue(tips_plan(rules=[YEAR]))
    await plans.tell(TIP.received(), TIP.transferred(at("2025-05-05")), Tip("594").received())
    for unit in DISTRICTS:
        await accepted(unit, {"tips.in-time": 3, "tips.late": 1 if unit == "595" else 0})

    found = await cell(province, IN_TIME["code"], as_of=LATER)

    assert found["own_books"] == {"n": 9, "d": 10}
    assert tuple(found["tips"][name] for name in FIGURES) == (1, 0, 1, 0)
    assert (found["value"], found["verdict"]) == ({"n": 10, "d": 11}, "not_met")


@pytest.mark.asyncio
async def test_an_indicator_on_reports_has_no_figures_of_the_tips_service(plans: PlansOffice, province: Office) -> None:
    await plans.issue(a_plan())
    await plans.tell(TIP.received())

    assert (await cell(province))["tips"] is None


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("event", "instant"),
    [
        (TIP.received(), ("2025-05-02", "09:00:00")),
        (TIP.missed(at("2025-05-04")), ("2025-05-04", "09:00:00")),
        (TIP.closed(at("2025-05-20"), handled_at=at("2025-05-10")), ("2025-05-10", "09:00:00")),
    ],
)
async def test_the_instant_at_which_a_tip_changes_gives_another_answer_though_nothing_was_written(
    plans: PlansOffice, province: Office, clock: SetClock, event: Event, instant: tuple[str, str]
) -> None:
    question = {"plan": "binh-thuan-2025"}
    await plans.issue(tips_plan())
    await plans.tell(TIP.received(), event)
    clock.set(at(instant[0], "08:59:59"))
    before = await province.get("/v1/indicators", question)
    clock.set(at(*instant))

    after = await province.get("/v1/indicators", question)

    assert before.json()["standpoint"]["unchanged_until"] == after.json()["standpoint"]["unchanged_since"]
    assert before.json()["indicators"][0]["tips"] != after.json()["indicators"][0]["tips"]
    assert before.headers["etag"] != after.headers["etag"]


@pytest.mark.asyncio
async def test_a_new_fact_gives_another_etag(plans: PlansOffice, province: Office) -> None:
    question = {"plan": "binh-thuan-2025", "as_of": LATER}
    await plans.issue(tips_plan())
    await plans.tell(TIP.received())
    before = await province.get("/v1/indicators", question)
    await plans.tell(TIP.transferred(at("2025-05-05")))

    after = await province.get("/v1/indicators", question)

    assert before.headers["etag"] != after.headers["etag"]


@pytest.mark.asyncio
async def test_the_explanation_tells_what_the_service_counted(plans: PlansOffice, province: Office) -> None:
    explained = {"plan": "binh-thuan-2025", "indicator": IN_TIME["code"], "period": "2025", "as_of": LATER}
    await plans.issue(tips_plan())
    await plans.tell(TIP.received(), TIP.transferred(at("2025-05-05")), Tip("594").received())

    told = [
        (await province.get("/v1/explanations/indicator", explained, Accept_Language=language)).json()["because"]
        for language in ("vi", "en")
    ]

    assert told == [
        "1/1 đạt ngưỡng ≥ 100 %. Dịch vụ tiếp nhận tin: xử lý đúng hạn 1, xử lý quá hạn 0, "
        "đang xử lý còn hạn 1, đang xử lý quá hạn 0.",
        "1 of 1 reaches ≥ 100 %. The tips service: 1 handled in time, 0 handled late, "
        "1 running in time, 0 running late.",
    ]


@pytest.mark.asyncio
async def test_the_table_has_the_figures_of_the_service_where_there_are_any(
    plans: PlansOffice, province: Office
) -> None:
    await plans.issue(tips_plan(indicators=[IN_TIME, an_indicator("tips.own", measure=IN_TIME["measure"])]))
    await plans.tell(TIP.received(), Tip("594").missed(at("2025-05-05")))

    answer = await province.get("/v1/indicators", {"plan": "binh-thuan-2025", "as_of": LATER}, Accept="text/csv")

    rows = table(answer)
    assert [[row[f"tips_{name}"] for name in FIGURES] for row in rows] == [["0", "0", "1", "1"], ["", "", "", ""]]
