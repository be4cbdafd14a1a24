"""Webhooks: every event a subscriber may see reaches it, at least once and always under one id."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from kernel.clock import SetClock, legal_day, start_of
from runtime.database import Database
from runtime.reference.apply import write_units
from runtime.webhooks.retry import PAUSES
from tests.runtime.units import KIM_TAN, QUY_CHAU, THANH_HOA, a_succession
from tests.runtime.webhooks.keeper import (
    Keeper,
    LampBroken,
    LampWatched,
    deliveries_are,
    publish,
    watched,
)
from tests.runtime.webhooks.receiver import Receiver

pytestmark = pytest.mark.asyncio

NOBODY = "http://127.0.0.1:9/nobody-listens"


async def test_an_event_comes_signed_in_the_form_of_standard_webhooks_and_under_its_own_id(
    thanh_hoa: Keeper, receiver: Receiver, database: Database
) -> None:
    path, secret = await thanh_hoa.subscribe(receiver.url)
    await watched(database, "Kê Gà")

    (got,) = await receiver.received(1)
    (row,) = await deliveries_are(database, delivered_at=True)
    (shown,) = await thanh_hoa.deliveries(path)

    assert got.is_signed_with(secret)
    assert got.id == str(row.event_id)
    assert got.headers["content-type"] == "application/json"
    assert got.said == {
        "type": LampWatched.type,
        "timestamp": shown["recorded_at"],
        "data": {"place": "Kê Gà", "unit_id": str(KIM_TAN.unit_id)},
    }
    assert (row.tries, row.last_status) == (1, 204)


async def test_all_events_are_of_one_length_on_the_line(
    thanh_hoa: Keeper, receiver: Receiver, database: Database
) -> None:
    _, secret = await thanh_hoa.subscribe(receiver.url)
    await watched(database, "Kê Gà", "Mũi Điện, ngọn hải đăng đón bình minh sớm nhất trên đất liền")

    got = await receiver.received(2)

    assert {len(one.body) for one in got} == {2048}
    assert all(one.is_signed_with(secret) for one in got)


async def test_the_trace_of_the_request_that_caused_an_event_goes_with_it(
    thanh_hoa: Keeper, receiver: Receiver, database: Database
) -> None:
    await thanh_hoa.subscribe(receiver.url)
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    async def effect(tx: Any) -> None:
        tx.publish(LampWatched(place="Kê Gà"), traceparent=trace)

    await database.write(effect)

    assert (await receiver.received(1))[0].headers["traceparent"] == trace


async def test_events_come_in_their_order_and_those_before_the_subscription_do_not_come(
    thanh_hoa: Keeper, receiver: Receiver, database: Database
) -> None:
    await watched(database, "trước đó")
    await thanh_hoa.subscribe(receiver.url)
    await watched(database, "một", "hai")
    await watched(database, "ba")

    await receiver.received(3)

    assert receiver.places() == ["một", "hai", "ba"]


async def test_a_subscriber_gets_what_concerns_its_unit_and_those_below_of_the_types_that_it_chose(
    keeper: Callable[[str], Keeper], receiver: Receiver, other: Receiver, database: Database
) -> None:
    await keeper("38").subscribe(receiver.url)
    await keeper("15187").subscribe(other.url, types=[LampBroken.type])
    for unit in (THANH_HOA, QUY_CHAU, KIM_TAN):
        await watched(database, unit.code, unit=unit.unit_id)
    await watched(database, "của không ai", unit=None)
    await publish(
        database,
        LampBroken(place="vỡ ở tỉnh", unit_id=THANH_HOA.unit_id),
        LampBroken(place="vỡ ở xã"),
        LampWatched(place="cuối"),
    )

    await receiver.received(5)
    await other.received(1)
    await deliveries_are(database, delivered_at=True)

    assert receiver.places() == ["38", "15187", "vỡ ở tỉnh", "vỡ ở xã", "cuối"]
    assert other.places() == ["vỡ ở xã"]


async def test_what_concerns_a_unit_that_is_gone_goes_to_who_stands_above_its_heir(
    keeper: Callable[[str], Keeper], receiver: Receiver, other: Receiver, database: Database, clock: SetClock
) -> None:
    await keeper("40").subscribe(receiver.url)
    await keeper("15187").subscribe(other.url)
    day = legal_day(clock.now()) + timedelta(days=1)
    ended = KIM_TAN.model_copy(update={"valid_until": day})
    heir = a_succession(KIM_TAN.unit_id, QUY_CHAU.unit_id, day)
    await database.write(lambda tx: write_units(tx, decision="1/QĐ", units=[ended], successions=[heir]))
    clock.set(start_of(day))
    await watched(database, "Kim Tân cũ")
    await watched(database, "Quỳ Châu", unit=QUY_CHAU.unit_id)

    await receiver.received(2)

    assert receiver.places() == ["Kim Tân cũ", "Quỳ Châu"]
    assert other.places() == []


async def test_a_receiver_that_is_down_is_tried_by_the_plan_and_then_dead_and_replayed_under_the_same_id(
    thanh_hoa: Keeper, receiver: Receiver, database: Database, clock: SetClock
) -> None:
    path, _ = await thanh_hoa.subscribe(receiver.url)
    receiver.answers.extend([(500, {})] * (len(PAUSES) + 1))
    await watched(database, "Kê Gà")

    for tries, pause in enumerate(PAUSES, 1):
        (row,) = await deliveries_are(database, tries=tries, next_at=True)
        assert pause <= row.next_at - clock.now() <= pause * 1.1
        clock.set(row.next_at)
    (dead,) = await deliveries_are(database, dead_at=True)
    assert (dead.tries, dead.last_status) == (10, 500)
    assert [one["state"] for one in await thanh_hoa.deliveries(path)] == ["dead"]

    assert (await thanh_hoa.replay(path, what="dead")).status_code == 201
    (row,) = await deliveries_are(database, delivered_at=True)

    assert row.tries == 1
    assert {one.id for one in receiver.got} == {str(row.event_id)}
    assert len(receiver.got) == 11


async def test_who_cannot_be_reached_is_tried_again_too(
    thanh_hoa: Keeper, database: Database, receiver: Receiver, clock: SetClock
) -> None:
    path, _ = await thanh_hoa.subscribe(NOBODY)
    await watched(database, "Kê Gà")
    (row,) = await deliveries_are(database, tries=1)
    assert (row.last_status, row.last_failure) == (None, "ConnectionRefusedError")

    await thanh_hoa.change(path, url=receiver.url)
    clock.set(row.next_at)

    assert (await receiver.received(1))[0].id == str(row.event_id)


@pytest.mark.parametrize(
    ("status", "asked", "seconds"),
    [(429, "120", 120), (503, "Fri, 18 Apr 2025 02:02:00 GMT", 120), (503, "2", 5), (429, "9999999999", 86400),
        (429, "Sat, 18 Apr 2026 02:02:00 GMT", 86400),
     (500, "120", 5), (503, "sớm thôi", 5)],
)  # fmt: skip
async def test_a_busy_receiver_says_when_to_come_back_within_the_plan(
    thanh_hoa: Keeper, receiver: Receiver, database: Database, clock: SetClock, status: int, asked: str, seconds: int
) -> None:
    await thanh_hoa.subscribe(receiver.url)
    receiver.answers.append((status, {"Retry-After": asked.encode().decode("latin-1")}))
    await watched(database, "Kê Gà")

    (row,) = await deliveries_are(database, tries=1)

    assert seconds <= (row.next_at - clock.now()).total_seconds() <= seconds + 0.5


async def test_what_fails_keeps_nothing_behind_it_waiting(
    thanh_hoa: Keeper, receiver: Receiver, database: Database
) -> None:
    await thanh_hoa.subscribe(receiver.url)
    receiver.answers.append((500, {}))
    await watched(database, "một", "hai")

    await receiver.received(2)

    assert receiver.places() == ["một", "hai"]


async def test_a_redirect_is_not_followed(
    thanh_hoa: Keeper, receiver: Receiver, other: Receiver, database: Database
) -> None:
    await thanh_hoa.subscribe(receiver.url)
    receiver.answers.append((307, {"Location": other.url}))
    await watched(database, "Kê Gà")

    (row,) = await deliveries_are(database, tries=1)

    assert row.last_status == 307
    assert row.next_at is not None
    assert other.got == []


async def test_a_subscriber_that_hangs_delays_no_other(
    keeper: Callable[[str], Keeper], receiver: Receiver, other: Receiver, database: Database
) -> None:
    await keeper("38").subscribe(receiver.url)
    await keeper("15187").subscribe(other.url)
    receiver.hangs = True
    for place in ("một", "hai", "ba"):
        await watched(database, place)

    await other.received(3)

    assert receiver.places() == ["một"]


async def test_a_receiver_that_answers_410_is_gone_until_somebody_makes_it_active_again(
    thanh_hoa: Keeper, receiver: Receiver, database: Database, clock: SetClock
) -> None:
    path, _ = await thanh_hoa.subscribe(receiver.url)
    before = await thanh_hoa.read(path)
    receiver.answers.append((410, {}))
    await watched(database, "một")
    (row,) = await deliveries_are(database, tries=1, last_status=410)
    await watched(database, "hai")
    gone = await thanh_hoa.read(path)
    followed = await thanh_hoa.read(path.rpartition("/")[0], after=before["revision"])
    clock.set(row.next_at)

    assert (await thanh_hoa.change(path, state="active")).status_code == 200
    await deliveries_are(database, delivered_at=True)
    await receiver.received(3)

    assert (gone["state"], [one["state"] for one in followed["items"]]) == ("gone", ["gone"])
    assert sorted(receiver.places()) == ["hai", "một", "một"]


async def test_a_paused_subscription_keeps_its_place_while_others_move_on(
    thanh_hoa: Keeper, receiver: Receiver, other: Receiver, database: Database
) -> None:
    path, _ = await thanh_hoa.subscribe(receiver.url)
    await thanh_hoa.subscribe(other.url)
    await watched(database, "một")
    await receiver.received(1)
    await other.received(1)
    await thanh_hoa.change(path, state="paused")
    await watched(database, "hai")
    await watched(database, "ba")
    await other.received(3)
    assert len(await thanh_hoa.deliveries(path)) == 1

    await thanh_hoa.change(path, state="active")
    await receiver.received(3)

    assert receiver.places() == ["một", "hai", "ba"]


async def test_both_secrets_sign_for_a_day_after_a_rotation_and_then_the_new_one_alone(
    thanh_hoa: Keeper, receiver: Receiver, database: Database, clock: SetClock
) -> None:
    path, old = await thanh_hoa.subscribe(receiver.url)
    made = await thanh_hoa.rotate(path, key="đổi".encode().hex())
    again = await thanh_hoa.rotate(path, key="đổi".encode().hex())
    clock.advance(timedelta(hours=24) - timedelta(seconds=1))
    await watched(database, "một")
    (during,) = await receiver.received(1)
    clock.advance(timedelta(seconds=1))
    await watched(database, "hai")
    _, after = await receiver.received(2)

    assert made == again
    assert made["generation"] == 2
    assert [during.is_signed_with(secret) for secret in (old, made["secret"])] == [True, True]
    assert len(during.headers["webhook-signature"].split()) == 2
    # The timestamp is that of the second attempt: the first one is too old for the library by now.
    assert [after.is_signed_with(secret) for secret in (old, made["secret"])] == [False, True]


async def test_two_rotations_in_a_row_drop_a_secret_at_once(
    thanh_hoa: Keeper, receiver: Receiver, database: Database
) -> None:
    path, leaked = await thanh_hoa.subscribe(receiver.url)
    await thanh_hoa.rotate(path)
    await thanh_hoa.rotate(path)
    await watched(database, "Kê Gà")

    assert not (await receiver.received(1))[0].is_signed_with(leaked)


async def test_nothing_of_a_secret_is_in_the_database(
    thanh_hoa: Keeper, receiver: Receiver, database: Database
) -> None:
    path, first = await thanh_hoa.subscribe(receiver.url)
    second = (await thanh_hoa.rotate(path))["secret"]
    await watched(database, "Kê Gà")
    await deliveries_are(database, delivered_at=True)

    kept = await everything_in(database)

    assert receiver.url in kept
    for secret in (first, second):
        assert secret.removeprefix("whsec_")[:12] not in kept


async def everything_in(database: Database) -> str:
    listed = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
        "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    }
    async with database.read() as read:
        tables = (await read.execute(text(listed[read.connection.dialect.name]))).scalars().all()
        rows = [(await read.execute(text(f'SELECT * FROM "{table}"'))).all() for table in tables]  # noqa: S608
    return str(rows)


async def test_a_replay_from_an_instant_sends_anew_what_was_recorded_since_under_the_same_ids(
    thanh_hoa: Keeper, receiver: Receiver, database: Database, clock: SetClock
) -> None:
    await watched(database, "lâu rồi")
    clock.advance(timedelta(hours=1))
    since = clock.now()
    await watched(database, "trước khi đăng ký")
    path, _ = await thanh_hoa.subscribe(receiver.url)
    await watched(database, "sau")
    await receiver.received(1)
    await deliveries_are(database, delivered_at=True)

    assert (await thanh_hoa.replay(path, what="since", since=since.isoformat())).status_code == 201
    await receiver.received(3)
    rows = await deliveries_are(database, delivered_at=True)

    assert receiver.places() == ["sau", "trước khi đăng ký", "sau"]
    assert [one.id for one in receiver.got[1:]] == [str(row.event_id) for row in rows]
    assert receiver.got[0].id == receiver.got[2].id


async def test_one_event_is_sent_again_when_asked_for(
    thanh_hoa: Keeper, receiver: Receiver, database: Database
) -> None:
    path, _ = await thanh_hoa.subscribe(receiver.url)
    await watched(database, "một", "hai")
    first, _ = await receiver.received(2)
    await deliveries_are(database, delivered_at=True)

    await thanh_hoa.replay(path, what="event", event_id=first.id)
    await receiver.received(3)

    assert receiver.places() == ["một", "hai", "một"]
    assert receiver.got[2].id == first.id


async def test_a_replay_that_is_asked_for_during_an_attempt_is_not_lost(
    thanh_hoa: Keeper, receiver: Receiver, database: Database, clock: SetClock
) -> None:
    path, _ = await thanh_hoa.subscribe(receiver.url)
    receiver.hangs = True
    await watched(database, "Kê Gà")
    (first,) = await receiver.received(1)
    clock.advance(timedelta(seconds=1))
    await thanh_hoa.replay(path, what="event", event_id=first.id)

    receiver.hangs = False
    receiver.go_on.set()
    _, second = await receiver.received(2)

    assert first.id == second.id
