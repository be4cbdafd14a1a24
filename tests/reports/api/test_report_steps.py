"""A report on its way: drafted, edited, submitted, returned, corrected, accepted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contracts.plan import Plan
from kernel.clock import SetClock
from services.reports.wiring import Reports
from tests.reports.builders import UNIT, at, owed
from tests.reports.office import H1, Q2, Office, PlansOffice, cover, refusal, rows_written
from tests.rig import published

pytestmark = pytest.mark.usefixtures("plan")

QUARTER = ("r1-quarter", "2025-Q2", "593")
HALF = ("r1-half-year", "2025-H1", "593")
EDITED = {"covers": [cover("r1-quarter", "2025-Q2", {"activities.held": 7})], "narrative": {"results": "Bảy buổi."}}


async def drafted(office: Office, *covers: dict[str, Any]) -> str:
    """Keep a draft, and return its path."""
    return await office.reported(*(covers or (Q2,)), draft=True)


@pytest.mark.asyncio
async def test_a_draft_is_edited_and_counts_only_when_it_is_submitted(
    district: Office, province: Office, clock: SetClock
) -> None:
    path = await drafted(district)
    assert (await district.edit("PUT", f"{path}/draft", EDITED, of=path)).status_code == 200
    assert (await province.statuses())[QUARTER] == "not_due"
    clock.set(at("2025-06-14", "23:59:59"))

    answer = await district.edit("POST", f"{path}/submit", of=path)

    shown = answer.json()
    assert (shown["state"], shown["can"]) == ("submitted", ["return", "accept", "correct"])
    assert shown["versions"][0]["received_at"] == "2025-06-14T16:59:59Z"
    assert shown["versions"][0]["covers"][0]["figures"] == {"activities.held": 7}
    assert (await province.statuses(as_of="2026-01-01T00:00:00Z"))[QUARTER] == "on_time"


@pytest.mark.asyncio
async def test_the_last_instant_of_the_day_before_is_on_time_and_midnight_is_late(
    district: Office, office: Callable[[str], Office], province: Office, clock: SetClock
) -> None:
    clock.set(at("2025-06-14", "23:59:59.999999"))
    await district.reported(Q2)
    clock.set(at("2025-06-15", "00:00:00"))
    await office("594").reported(Q2)

    found = await province.statuses()

    assert (found[QUARTER], found["r1-quarter", "2025-Q2", "594"]) == ("on_time", "late")


@pytest.mark.asyncio
async def test_a_returned_report_is_corrected_by_the_next_working_day_and_keeps_its_first_receipt(
    district: Office, health: Office, province: Office, clock: SetClock
) -> None:
    # A Monday: five days later is a Saturday, so that the correction may come until Monday evening.
    clock.set(at("2025-06-09"))
    path = await district.reported(Q2)

    returned = await health.review(path, "return", reason="Thiếu số liệu", correction_days=5)

    assert returned.json()["correction_due_at"] == "2025-06-16T17:00:00Z"
    states = {
        instant: (await province.statuses(as_of=instant))[QUARTER]
        for instant in ("2025-06-09T01:59:59Z", "2025-06-09T02:00:00Z", "2025-06-16T16:59:59Z", "2025-06-16T17:00:00Z")
    }
    assert list(states.values()) == ["due_soon", "returned", "returned", "overdue"]

    clock.set(at("2025-06-17"))
    again = await district.create(
        f"{path}/versions", {"covers": [cover("r1-quarter", "2025-Q2", {"activities.held": 6})]}
    )
    assert (again.status_code, again.json()["version"]) == (201, 2)
    await health.accept(path)

    shown = await district.read(path)
    assert (shown["state"], [one["version"] for one in shown["versions"]]) == ("accepted", [1, 2])
    assert (await province.statuses())[QUARTER] == "on_time"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("days", "until"), [(1, "2025-06-10"), (4, "2025-06-13"), (5, "2025-06-16"), (7, "2025-06-16")]
)
async def test_the_day_of_the_return_does_not_count_and_a_weekend_moves_the_last_one(
    district: Office, health: Office, clock: SetClock, days: int, until: str
) -> None:
    clock.set(at("2025-06-09", "23:59:59"))
    path = await district.reported(Q2)

    returned = await health.review(path, "return", reason="Thiếu số liệu", correction_days=days)

    assert returned.json()["correction_due_at"] == f"{until}T17:00:00Z"


@pytest.mark.asyncio
async def test_each_step_is_told_to_others_once(district: Office, health: Office, service: Reports) -> None:
    path = await district.reported(Q2, H1)
    await health.review(path, "return", reason="Thiếu số liệu")
    await district.create(f"{path}/versions", {"covers": [Q2, H1]})
    await health.accept(path)

    told = await published(service.database)

    assert [(fact, data["version"]) for fact, data in told] == [
        ("report.submitted", 1),
        ("report.returned", 1),
        ("report.submitted", 2),
        ("report.accepted", 2),
    ]
    both = {owed("r1-quarter", "2025-Q2"), owed("r1-half-year", "2025-H1")}
    assert all(set(data["obligation_ids"]) == both for _, data in told)


@pytest.mark.asyncio
async def test_a_report_that_nobody_asked_for_is_received_and_accepted(district: Office, health: Office) -> None:
    path = await district.reported(narrative={"difficulties": "Thiếu kinh phí."})

    await health.accept(path)

    shown = await district.read(path)
    assert (shown["state"], shown["receiver"], shown["versions"][0]["covers"]) == ("accepted", "60.SYT", [])


@pytest.mark.asyncio
async def test_a_nil_report_says_that_nothing_happened(district: Office, province: Office) -> None:
    path = await district.reported(cover("r1-quarter", "2025-Q2", nil=True))

    shown = await district.read(path)
    assert shown["versions"][0]["covers"] == [
        {
            "obligation_id": owed("r1-quarter", "2025-Q2"),
            "rule": "r1-quarter",
            "period": "2025-Q2",
            "figures": {},
            "nil": True,
        }
    ]
    assert (await province.statuses())[QUARTER] == "on_time"


@pytest.mark.asyncio
async def test_figures_may_come_by_month(district: Office) -> None:
    months = {"2025-04": 2, "2025-05": 0, "2025-06": 1}

    path = await district.reported(cover("r1-quarter", "2025-Q2", {"posts.published": months}))

    assert (await district.read(path))["versions"][0]["covers"][0]["figures"] == {"posts.published": months}


@pytest.mark.asyncio
async def test_an_accepted_report_may_be_corrected_and_counts_until_the_new_version_is_accepted(
    district: Office, health: Office, province: Office
) -> None:
    path = await district.reported(Q2)
    await health.accept(path)
    await district.create(f"{path}/versions", {"covers": [cover("r1-quarter", "2025-Q2", {"activities.held": 8})]})

    await health.review(path, "return", reason="Chưa rõ")

    assert (await province.statuses())[QUARTER] == "on_time"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("steps", "wanted", "state", "legal"),
    [
        ((), "submit", "submitted", "return, accept, correct"),
        ((), "draft", "submitted", "return, accept, correct"),
        (("return",), "accept", "returned", "correct"),
        (("return",), "return", "returned", "correct"),
        (("accept",), "return", "accepted", "correct"),
        (("accept",), "accept", "accepted", "correct"),
    ],
)
async def test_what_cannot_be_done_names_what_can(
    district: Office, health: Office, steps: tuple[str, ...], wanted: str, state: str, legal: str
) -> None:
    path = await district.reported(Q2)
    bodies: dict[str, dict[str, Any]] = {"return": {"reason": "Thiếu số liệu"}, "draft": EDITED}
    for step in steps:
        await health.review(path, step, **bodies.get(step, {}))
    who = health if wanted in {"return", "accept"} else district

    answer = await who.edit("PUT" if wanted == "draft" else "POST", f"{path}/{wanted}", bodies.get(wanted), of=path)

    assert refusal(answer) == (409, "transition_illegal")
    assert state in answer.json()["detail"]
    assert legal in answer.json()["mend"]


@pytest.mark.asyncio
@pytest.mark.parametrize("verb", ["return", "accept"])
async def test_a_draft_is_neither_returned_nor_accepted(district: Office, health: Office, verb: str) -> None:
    path = await drafted(district)

    answer = await health.review(path, verb, **({"reason": "Thiếu"} if verb == "return" else {}))

    assert refusal(answer) == (409, "transition_illegal")
    assert "edit, submit" in answer.json()["mend"]


@pytest.mark.asyncio
async def test_a_draft_takes_no_corrected_version(district: Office) -> None:
    path = await drafted(district)

    assert refusal(await district.create(f"{path}/versions", {"covers": [Q2]})) == (409, "transition_illegal")


@pytest.mark.asyncio
@pytest.mark.parametrize("verb", ["draft", "submit", "return", "accept"])
async def test_an_edit_names_what_it_was_made_from(district: Office, health: Office, verb: str) -> None:
    path = await drafted(district)
    office = health if verb in {"return", "accept"} else district
    method, body = {"draft": ("PUT", EDITED), "return": ("POST", {"reason": "Thiếu"})}.get(verb, ("POST", None))

    without = await office.client.request(method, f"{path}/{verb}", json=body, headers=office.headers())
    stale = await office.edit(method, f"{path}/{verb}", body, etag='"7"')

    assert (refusal(without), refusal(stale)) == ((428, "if_match_missing"), (412, "version_outdated"))


@pytest.mark.asyncio
async def test_two_who_read_the_same_version_do_not_both_decide(district: Office, health: Office) -> None:
    path = await district.reported(Q2)
    seen = (await health.get(path)).headers["etag"]
    assert (await health.edit("POST", f"{path}/accept", etag=seen)).status_code == 200

    answer = await health.edit("POST", f"{path}/return", {"reason": "Thiếu"}, etag=seen)

    assert refusal(answer) == (412, "version_outdated")


@pytest.mark.asyncio
async def test_a_report_sent_again_gets_the_first_answer(district: Office, service: Reports) -> None:
    first = await district.report(Q2, key="van-thu-593-0412")
    before = await rows_written(service.database)

    again = await district.report(Q2, key="van-thu-593-0412")

    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert await rows_written(service.database) == before


@pytest.mark.asyncio
async def test_a_corrected_version_sent_again_is_the_same_version(district: Office) -> None:
    path = await district.reported(Q2)
    first = await district.create(f"{path}/versions", {"covers": [Q2]}, key="van-thu-593-0413")
    await district.create(f"{path}/versions", {"covers": [Q2]})

    again = await district.create(f"{path}/versions", {"covers": [Q2]}, key="van-thu-593-0413")

    assert (again.json(), again.json()["version"]) == (first.json(), 2)


@pytest.mark.asyncio
async def test_whoever_is_named_later_as_receiver_reads_but_does_not_decide(
    plans: PlansOffice, plan: Plan, office: Callable[[str], Office], district: Office
) -> None:
    rules = [one.model_dump(mode="json") for one in plan.rules]
    rules[0] |= {"receivers": ["60.SYT", "60.CA"], "receiver_ids": [rules[0]["receiver_ids"][0], str(UNIT["60.CA"])]}
    await plans.amend(plan, rules=rules)
    path = await district.reported(Q2)
    police = office("60.CA")

    assert (await police.read(path))["receiver"] == "60.SYT"
    assert [one["report_id"] for one in (await police.read("/v1/reports"))["items"]] == [path.rpartition("/")[2]]
    assert refusal(await police.review(path, "accept")) == (403, "unit_outside")
