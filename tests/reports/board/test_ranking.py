"""Who is latest, and by how much."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.clock import SetClock
from runtime.http.pages import encode_cursor
from runtime.http.tables import Form
from tests.reports.acts import ACTS, Act, paged
from tests.reports.builders import at
from tests.reports.office import H1, Q2, Office, refusal, spots
from tests.reports.tables import AS_TABLES, table
from tests.reports.world import a_world
from tests.rig import Blueprint

EXAMPLES = int(os.environ.get("LANHMANH_TEST_EXAMPLES", "6"))
"""Each one is a service of its own, so that these are few; a soak asks for more."""

PLAN = {"plan": "binh-thuan-2025"}
PATH = "/v1/compliance/ranking"
DAY = 86_400
MEASURED = ("on_time", "late", "returned", "overdue", "due_soon", "not_due")
"""The statuses of what is owed by a day, required and not excused."""
VALUE: dict[str, Callable[[dict[str, Any]], Fraction]] = {
    "total": lambda one: Fraction(-one["total_late_seconds"]),
    "longest": lambda one: Fraction(-one["longest_late_seconds"]),
    "overdue": lambda one: Fraction(-one["overdue"]),
    "on_time_rate": lambda one: (
        Fraction(one["on_time_rate"]["n"], one["on_time_rate"]["d"]) if one["on_time_rate"]["d"] else Fraction(2)
    ),
}
"""By what units are ranked: the lower, the worse; those of which nothing was expected stand last."""


async def ranking(office: Office, **query: Any) -> list[dict[str, Any]]:
    """Return all ranked units of the plan."""
    pages = await office.pages(PATH, **(PLAN | query))
    return [one for page in pages for one in page["items"]]


def recounted(unit: dict[str, Any], owed: list[dict[str, Any]], as_of: str) -> dict[str, Any]:
    """Return a ranked unit without its rank, from the obligations that are counted for it."""
    count = {name: sum(one["status"] == name for one in owed) for name in MEASURED}
    expected = count["on_time"] + count["late"] + count["returned"] + count["overdue"]
    late = [
        datetime.fromisoformat(as_of if one["status"] == "overdue" else one["first_receipt_at"])
        - datetime.fromisoformat(one["due_at"])
        for one in owed
        if one["status"] in {"late", "overdue"}
    ]
    total = sum(late, timedelta())
    return {
        "unit": unit,
        "late": count["late"],
        "overdue": count["overdue"],
        "expected_so_far": expected,
        "reporting_rate": {"n": count["on_time"] + count["late"], "d": expected},
        "on_time_rate": {"n": count["on_time"], "d": expected},
        "total_late_seconds": total // timedelta(seconds=1),
        "longest_late_seconds": max(late, default=timedelta()) // timedelta(seconds=1),
        "mean_late_seconds": total // len(late) // timedelta(seconds=1) if late else None,
    }


def ranked(found: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    """Put units in order, and say of each how many are worse."""
    values = [VALUE[by](one) for one in found]
    with_ranks = [
        {"rank": 1 + sum(other < value for other in values), **one} for one, value in zip(found, values, strict=True)
    ]
    return sorted(with_ranks, key=lambda one: (one["rank"], one["unit"]["code"]))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_ranking_is_what_a_plain_recount_of_the_obligations_says_whatever_happens_between_its_pages(
    request: pytest.FixtureRequest, sqlite_reports: Blueprint, tmp_path: Path, database: str
) -> None:
    blueprint = sqlite_reports if database == "sqlite" else request.getfixturevalue("postgres_reports")

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        days=st.integers(50, 250),
        before=st.lists(ACTS, max_size=5),
        between=st.lists(ACTS, max_size=3),
        limit=st.integers(1, 3),
        by=st.sampled_from(sorted(VALUE)),
    )
    def law(days: int, before: list[Act], between: list[Act], limit: int, by: str) -> None:
        async def live() -> None:
            async with a_world(blueprint, tmp_path, told_from=sqlite_reports) as world:
                for act in before:
                    await act(world)
                world.clock.advance(timedelta(days=days, microseconds=7))

                whole, *pages = await paged(world, PATH, [limit], between, unit="60", of="reporters", by=by)

                instants = {name: whole["standpoint"][name] for name in ("as_of", "known_at")}
                owed: dict[str, list[dict[str, Any]]] = {}
                for one in await world.nation.obligations(unit="60", status=list(MEASURED), **instants):
                    owed.setdefault(one["unit"]["code"], []).append(one)
                plain = [recounted(each[0]["unit"], each, instants["as_of"]) for each in owed.values()]
                assert [one for page in pages for one in page["items"]] == whole["items"] == ranked(plain, by)
                assert {page["total"] for page in pages} == {len(plain)}

        asyncio.run(live())

    law()


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_late_counts_to_the_first_receipt_and_overdue_to_the_instant_asked_about(
    district: Office, office: Callable[[str], Office], health: Office, province: Office, clock: SetClock
) -> None:
    # All are due when the 15th of June begins.
    await office("595").reported(Q2, H1)
    clock.set(at("2025-06-15", "00:00:01"))
    report = await district.reported(Q2)
    await health.accept(report)
    clock.set(at("2025-06-18", "00:00:00"))

    found = await ranking(province)

    assert [(one["rank"], one["unit"]["code"], one["late"], one["overdue"]) for one in found] == [
        (1, "594", 0, 2),
        (2, "593", 1, 1),
        (3, "595", 0, 0),
    ]
    seconds = ("total_late_seconds", "longest_late_seconds", "mean_late_seconds")
    assert [tuple(one[name] for name in seconds) for one in found] == [
        (6 * DAY, 3 * DAY, 3 * DAY),
        (3 * DAY + 1, 3 * DAY, (3 * DAY + 1) // 2),
        (0, 0, None),
    ]
    assert [(one["on_time_rate"], one["reporting_rate"]["n"]) for one in found] == [
        ({"n": 0, "d": 2}, 0),
        ({"n": 0, "d": 2}, 1),
        ({"n": 2, "d": 2}, 2),
    ]


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_equal_ones_share_a_rank_and_stand_by_code(province: Office, district: Office, clock: SetClock) -> None:
    await district.reported(H1)
    clock.set(at("2025-06-20"))

    ranks = {by: [(one["rank"], one["unit"]["code"]) for one in await ranking(province, by=by)] for by in VALUE}

    assert ranks["total"] == ranks["overdue"] == ranks["on_time_rate"] == [(1, "594"), (1, "595"), (3, "593")]
    assert ranks["longest"] == [(1, "593"), (1, "594"), (1, "595")]


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_of_whom_nothing_was_expected_so_far_stands_behind_who_sent_everything_in_time(
    office: Callable[[str], Office], province: Office
) -> None:
    await office("595").reported(Q2)

    found = await ranking(province, by="on_time_rate")

    assert [(one["rank"], one["unit"]["code"], one["on_time_rate"]["d"]) for one in found] == [
        (1, "595", 1),
        (2, "593", 0),
        (2, "594", 0),
    ]


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_a_page_begins_behind_the_last_unit_of_the_one_before(province: Office, clock: SetClock) -> None:
    clock.set(at("2025-06-20"))

    first = await province.read(PATH, **PLAN, limit=2)
    second = await province.read(PATH, **PLAN, limit=2, cursor=first["next_cursor"])

    shown = [[(one["rank"], one["unit"]["code"]) for one in page["items"]] for page in (first, second)]
    assert shown == [[(1, "593"), (1, "594")], [(1, "595")]]
    assert second["next_cursor"] is None


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_what_is_excused_only_asked_for_or_owed_without_a_day_makes_nobody_late(
    province: Office, health: Office, clock: SetClock
) -> None:
    clock.set(at("2025-06-20"))
    for one in await province.obligations(unit="593"):
        path = f"/v1/obligations/{one['obligation_id']}"
        await health.edit("POST", f"{path}/excuse", {"reason": "Lũ lụt"}, of=path)
    statuses = {one["status"] for one in await province.obligations() if one["unit"]["code"].startswith("60.")}

    found = await ranking(province, of="reporters")

    assert statuses == {"undated", "requested"}
    assert [one["unit"]["code"] for one in found] == ["594", "595"]


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_units_directly_below_count_with_all_below_them(
    office: Callable[[str], Office], province: Office, clock: SetClock
) -> None:
    clock.set(at("2025-06-20"))
    nation = office("VN")

    provinces = await ranking(nation, unit="VN", as_of="2025-06-19T17:00:00Z")
    reporters = await ranking(nation, unit="VN", as_of="2025-06-19T17:00:00Z", of="reporters")
    districts = await ranking(province, as_of="2025-06-19T17:00:00Z")

    assert [(one["unit"]["code"], one["overdue"], one["total_late_seconds"]) for one in provinces] == [
        ("60", 6, 6 * 5 * DAY)
    ]
    assert reporters == districts
    assert [one["unit"]["code"] for one in districts] == ["593", "594", "595"]
    assert await ranking(province, unit="593") == []


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_in_the_tree_of_now_successors_are_as_late_as_who_they_follow(
    office: Callable[[str], Office], clock: SetClock
) -> None:
    clock.set(at("2025-07-02"))

    then = await ranking(office("68"), unit="60", of="reporters")
    now = await ranking(office("68"), unit="68", of="reporters", tree="now")

    def without_names(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [one | {"unit": None} for one in found]

    assert [one["unit"]["code"] for one in then] == ["593", "594", "595"]
    assert [one["unit"]["code"] for one in now] == ["22945", "22969", "23235"]
    assert without_names(then) == without_names(now)


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_only_some_periods_may_be_ranked(province: Office) -> None:
    autumn = "2025-09-20T00:00:00Z"

    whole = await ranking(province, as_of=autumn, year=2025)
    quarter = await ranking(province, as_of=autumn, period="2025-Q3")

    assert {one["overdue"] for one in whole} == {4}
    assert {one["overdue"] for one in quarter} == {1}


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_whoever_waits_longer_asks_again_and_is_told_more(province: Office, clock: SetClock) -> None:
    clock.set(at("2025-06-20"))
    first = await province.get(PATH, PLAN)
    clock.advance(timedelta(seconds=1))
    second = await province.get(PATH, PLAN)

    waited = [answer.json()["items"][0]["longest_late_seconds"] for answer in (first, second)]
    assert waited[1] - waited[0] == 1
    assert first.headers["etag"] != second.headers["etag"]


AN_ID = UUID("5b8f0f2e-1111-5222-8333-b1a2c3d4e5f6")
NOW = datetime(2025, 6, 14, tzinfo=UTC)


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
@pytest.mark.parametrize("key", [["a"], [NOW, NOW, 1, 0, "60", AN_ID], [NOW, NOW, 1, -1, "60", AN_ID], [NOW, NOW, 1]])
async def test_a_forged_cursor_is_refused(province: Office, key: list[Any]) -> None:
    assert refusal(await province.get(PATH, PLAN | {"cursor": encode_cursor(key)})) == (400, "cursor_invalid")


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
@pytest.mark.parametrize("name", ["of", "by"])
async def test_what_nobody_ranks_is_refused(province: Office, name: str) -> None:
    answer = await province.get(PATH, PLAN | {name: "luck"})

    assert (refusal(answer), spots(answer)) == ((422, "input_invalid"), [(f"query/{name}", "literal_error")])


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_who_may_not_look_is_turned_away(district: Office, office: Callable[[str], Office]) -> None:
    answers = [await district.get(PATH, PLAN), await office("594").get(PATH, {"unit": "593"})]

    assert [refusal(answer) for answer in answers] == [(403, "unit_outside")] * 2


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
@pytest.mark.parametrize("form", AS_TABLES)
async def test_the_table_says_what_json_says(district: Office, province: Office, form: Form) -> None:
    await district.reported(Q2, H1)
    query = PLAN | {"as_of": "2025-06-20T02:00:00Z", "by": "on_time_rate"}
    json = (await province.read(PATH, **query))["items"]

    answer = await province.get(PATH, query, Accept=form)

    assert [tuple(row.values()) for row in table(answer)] == [
        (
            str(one["rank"]),
            one["unit"]["code"],
            one["unit"]["name"],
            *(str(one[name]) for name in ("late", "overdue", "expected_so_far")),
            *(str(one[name][part]) for name in ("reporting_rate", "on_time_rate") for part in ("n", "d")),
            *(str(one[name]) for name in ("total_late_seconds", "longest_late_seconds")),
            str(one["mean_late_seconds"] or ""),
        )
        for one in json
    ]
    assert [one["mean_late_seconds"] is None for one in json] == [False, False, True]
