"""A tip on its way: one unit is responsible at every moment, and everything leaves a trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from kernel.clock import SetClock
from services.tips.store.tips import HistoryRow
from services.tips.wiring import Tips
from tests.reports.office import refusal
from tests.rig import published
from tests.tips.desk import CONTENT, Desk

pytestmark = pytest.mark.asyncio


@pytest.mark.usefixtures("nobody_watches")
async def test_a_tip_is_followed_from_receipt_to_its_end(
    province: Desk, police: Desk, service: Tips, clock: SetClock
) -> None:
    tip = await province.entered()
    clock.advance(timedelta(hours=2))
    classified = await province.done(tip, "classify", category="crime_report")
    assigned = await province.done(tip, "assign", to="60.CA")
    clock.advance(timedelta(days=5))
    resolved = await police.done(tip, "resolve", outcome="confirmed")
    closed = await police.done(tip, "close", note="Đã báo kết quả.")

    assert [one["responsible"] for one in (classified, assigned, closed)] == ["60", "60.CA", "60.CA"]
    assert ("close" in resolved["can"], closed["can"]) == (True, [])
    assert (closed["state"], closed["outcome"], closed["late"], closed["due_at"]) == (
        "closed",
        "confirmed",
        False,
        None,
    )
    assert [one["kind"] for one in closed["history"]] == ["received", "classify", "assign", "resolve", "close"]
    facts = [one for one in await published(service.database) if one[0] != "ledger.sealed"]
    assert [fact for fact, _ in facts] == ["tip.received", "tip.classified", "tip.closed"]
    assert (facts[2][1]["outcome"], facts[2][1]["late"]) == ("confirmed", False)
    assert facts[2][1]["handled_at"] == resolved["handled_at"]


async def test_a_tip_that_is_transferred_goes_on_there_and_counts_as_handled_by_who_received_it(
    province: Desk, police: Desk, service: Tips
) -> None:
    tip = await province.entered(unit="593")
    await province.done(tip, "classify", category="crime_report")

    moved = await province.done(tip, "transfer", to="60.CA", ground="TTLT 01/2017, Điều 8.6")
    await police.done(tip, "classify", category="crime_report")
    await police.done(tip, "assign", to="60.CA")
    await police.done(tip, "resolve", outcome="confirmed")
    closed = await police.done(tip, "close")

    assert (moved["state"], moved["unit"], moved["responsible"]) == ("received", "593", "60.CA")
    assert (closed["outcome"], closed["unit"]) == ("confirmed", "593")
    facts = await published(service.database)
    assert [fact for fact, _ in facts] == [
        "tip.received",
        "tip.classified",
        "tip.transferred",
        "tip.classified",
        "tip.closed",
    ]
    assert facts[-1][1]["handled_at"] == facts[2][1]["occurred_at"] == moved["transferred_at"]


async def test_every_other_step_is_refused_and_the_legal_ones_are_named(province: Desk) -> None:
    tip = await province.entered()

    early = await province.step(tip, "resolve", outcome="confirmed")

    assert refusal(early) == (409, "transition_illegal")
    assert "classify" in early.json()["mend"]


async def test_only_the_responsible_unit_and_those_above_act(
    province: Desk, police: Desk, desk: Callable[[str], Desk]
) -> None:
    tip = await province.entered()
    await province.done(tip, "classify", category="crime_report")
    await province.done(tip, "assign", to="60.CA")

    stranger = await desk("38").get(tip)
    read_by_health = await desk("60.SYT").get(tip)
    content_by_police = await police.get(f"{tip}/content")

    assert refusal(stranger) == (403, "unit_outside")
    assert refusal(read_by_health) == (403, "unit_outside")
    assert content_by_police.json()["content"] == CONTENT


async def test_a_tip_is_assigned_within_the_house_that_received_it(province: Desk) -> None:
    tip = await province.entered(unit="593")
    await province.done(tip, "classify", category="feedback")

    outside = await province.step(tip, "assign", to="60.CA")
    unknown = await province.step(tip, "assign", to="99999")
    to_itself = await province.step(tip, "transfer", to="593", ground="nhầm")

    assert refusal(outside) == (422, "assignee_outside")
    assert refusal(unknown) == (422, "unit_unknown")
    assert refusal(to_itself) == (422, "transfer_to_self")


async def test_a_step_names_the_version_that_was_read(province: Desk) -> None:
    tip = await province.entered()
    body = {"category": "feedback"}

    missing = await province.client.post(f"{tip}/classify", json=body, headers=province.headers())
    old = await province.client.post(f"{tip}/classify", json=body, headers=province.headers(If_Match='"7"'))

    assert (refusal(missing)[0], refusal(old)[0]) == (428, 412)


async def test_reading_the_content_is_kept_before_anybody_sees_it(province: Desk) -> None:
    tip = await province.entered()

    first = await province.read(f"{tip}/content")
    second = await province.read(f"{tip}/content")

    assert first == second
    assert (await province.read(tip))["readings"] == 2


async def test_notes_of_officers_are_sealed(province: Desk, service: Tips) -> None:
    tip = await province.entered()
    await province.done(tip, "classify", category="feedback", note="Gọi lại cho người gác đèn")

    async with service.database.read() as read:
        notes = [note for note in (await read.execute(select(HistoryRow.__table__.c.note))).scalars() if note]  # type: ignore[attr-defined]

    assert len(notes) == 1
    assert "người gác đèn".encode() not in notes[0]


@pytest.mark.usefixtures("nobody_watches")
async def test_after_a_merger_the_successor_handles_what_the_old_unit_received(
    province: Desk, desk: Callable[[str], Desk], clock: SetClock
) -> None:
    clock.set(datetime(2025, 6, 30, 2, 0, tzinfo=UTC))
    tip = await province.entered(unit="593")
    clock.set(datetime(2025, 7, 2, 2, 0, tzinfo=UTC))
    successor = desk("22945")

    await successor.done(tip, "classify", category="feedback")
    closed = await successor.done(tip, "assign", to="22945")

    assert (closed["unit"], closed["responsible"]) == ("593", "22945")
    assert refusal(await province.get(tip)) == (403, "unit_not_in_force")


async def test_lists_are_followed_and_paged(province: Desk, clock: SetClock) -> None:
    tips = []
    for _ in range(5):
        tips.append(await province.entered())
        clock.advance(timedelta(seconds=1))
    await province.done(tips[0], "classify", category="feedback")

    first = await province.read("/v1/tips", limit=3)
    rest = await province.read("/v1/tips", limit=3, cursor=first["next_cursor"])
    changes = await province.read("/v1/tips", after=0)
    classified = await province.read("/v1/tips", state="classified")

    assert [f"/v1/tips/{one['tip_id']}" for one in (*first["items"], *rest["items"])] == tips
    assert rest["next_cursor"] is None
    assert {one["tip_id"] for one in changes["items"]} == {tip.rpartition("/")[2] for tip in tips}
    assert len(classified["items"]) == 1


async def test_changes_cannot_be_filtered(province: Desk) -> None:
    assert refusal(await province.get("/v1/tips", after=0, state="received")) == (400, "changes_filtered")
