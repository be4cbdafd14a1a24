"""Routes of subscriptions: who may subscribe to what, and how a subscription is read and changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from runtime.database import Database
from runtime.http.health import readiness
from runtime.service import Service
from runtime.webhooks.subscription import MOST_PER_CLIENT
from runtime.webhooks.targets import Targets
from tests.rig import Tokens, a_client
from tests.runtime.http.conftest import know_units, on_sqlite_only
from tests.runtime.lighthouse.service import an_app
from tests.runtime.webhooks.keeper import OFFERED, PATH, Keeper, LampBroken, LampWatched, deliveries_are, watched
from tests.runtime.webhooks.receiver import Receiver

pytestmark = pytest.mark.asyncio


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_repeated_request_subscribes_once_and_gets_the_same_secret(
    thanh_hoa: Keeper, receiver: Receiver
) -> None:
    first = await thanh_hoa.subscribe(receiver.url, key="một lần".encode().hex())
    await thanh_hoa.rotate(first[0])
    again = await thanh_hoa.subscribe(receiver.url, key="một lần".encode().hex())

    assert first == again
    assert len((await thanh_hoa.read(PATH))["items"]) == 1


async def test_a_subscription_is_shown_without_its_secret(thanh_hoa: Keeper, receiver: Receiver) -> None:
    path, _ = await thanh_hoa.subscribe(receiver.url, types=[LampBroken.type])

    shown = await thanh_hoa.read(path)

    assert shown == {
        "subscription_id": path.rpartition("/")[2],
        "unit": "38",
        "url": receiver.url,
        "types": [LampBroken.type],
        "state": "active",
        "generation": 1,
        "previous_signs_until": None,
        "revision": shown["revision"],
    }


async def test_a_caller_subscribes_for_its_unit_or_one_below_and_nobody_else_sees_it(
    keeper: Callable[[str], Keeper], receiver: Receiver
) -> None:
    province, commune, elsewhere = keeper("38"), keeper("15187"), keeper("40")
    path, _ = await province.subscribe(receiver.url)
    below = await province.create(PATH, {"unit": "15187", "url": receiver.url})

    assert below.status_code == 201
    assert refusal(await commune.create(PATH, {"unit": "38", "url": receiver.url})) == (403, "unit_outside")
    assert sorted(one["unit"] for one in (await province.read(PATH))["items"]) == ["15187", "38"]
    assert [one["unit"] for one in (await commune.read(PATH))["items"]] == ["15187"]
    assert (await elsewhere.read(PATH))["items"] == []
    assert (await elsewhere.read(PATH, after=0))["items"] == []
    for answer in (
        await elsewhere.get(path),
        await elsewhere.get(f"{path}/deliveries"),
        await elsewhere.create(f"{path}/secrets", None),
        await elsewhere.replay(path, what="dead"),
        await elsewhere.client.patch(path, json={}, headers=elsewhere.headers(If_Match="*")),
    ):
        assert refusal(answer) == (403, "unit_outside")


@on_sqlite_only
async def test_another_scope_does_not_open_subscriptions(
    client: httpx.AsyncClient, tokens: Tokens, receiver: Receiver
) -> None:
    headers = tokens.bearer("lighthouse:read", unit="38") | {"Idempotency-Key": "a-key"}

    answer = await client.post(PATH, json={"unit": "38", "url": receiver.url}, headers=headers)

    assert refusal(answer) == (403, "scope_missing")


@on_sqlite_only
@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"types": ["vn.lanhmanh.lighthouse.lamp.lit.v1"]}, (422, "event_type_unknown")),
        ({"types": []}, (422, "input_invalid")),
        ({"unit": "99999"}, (422, "unit_unknown")),
        ({"url": "ftp://receiver.test"}, (422, "target_invalid")),
        ({"url": "http://no-such-host.invalid"}, (422, "target_unresolved")),
        ({"colour": "red"}, (422, "input_invalid")),
    ],
)
async def test_what_cannot_be_subscribed_to_is_refused(
    thanh_hoa: Keeper, receiver: Receiver, body: dict[str, Any], refused: tuple[int, str]
) -> None:
    answer = await thanh_hoa.create(PATH, {"unit": "38", "url": receiver.url} | body)

    assert refusal(answer) == refused


@on_sqlite_only
async def test_private_targets_are_refused_where_configuration_does_not_allow_them(
    service: Service, tokens: Tokens, receiver: Receiver
) -> None:
    offered = replace(OFFERED, targets=Targets(https_only=False))
    async with a_client(an_app(replace(service, subscribable=offered))) as client:
        await know_units(service.database)
        keeper = Keeper(client, tokens, "38")
        made = await keeper.create(PATH, {"unit": "38", "url": receiver.url})
        path, _ = await keeper.subscribe("http://8.8.8.8/")
        changed = await keeper.change(path, url="http://[::ffff:127.0.0.1]/")

    assert [refusal(made), refusal(changed)] == [(422, "target_forbidden")] * 2


@on_sqlite_only
async def test_a_client_has_a_limited_number_of_subscriptions(
    thanh_hoa: Keeper, keeper: Callable[[str], Keeper], receiver: Receiver
) -> None:
    for _ in range(MOST_PER_CLIENT):
        await thanh_hoa.subscribe(receiver.url)

    answer = await thanh_hoa.create(PATH, {"unit": "38", "url": receiver.url})

    assert refusal(answer) == (409, "subscriptions_too_many")
    assert await keeper("15187").subscribe(receiver.url)


async def test_an_edit_names_the_version_that_was_read_and_changes_what_it_names(
    thanh_hoa: Keeper, receiver: Receiver, other: Receiver
) -> None:
    path, _ = await thanh_hoa.subscribe(receiver.url, types=[LampBroken.type])
    tag = (await thanh_hoa.get(path)).headers["etag"]

    moved = await thanh_hoa.change(path, url=other.url)
    stale = await thanh_hoa.client.patch(path, json={"url": receiver.url}, headers=thanh_hoa.headers(If_Match=tag))
    widened = (await thanh_hoa.change(path, types=None)).json()

    assert (moved.status_code, moved.json()["url"], moved.json()["types"]) == (200, other.url, [LampBroken.type])
    assert refusal(stale) == (412, "version_outdated")
    assert (widened["url"], widened["types"]) == (other.url, None)
    assert moved.headers["etag"] != tag


@on_sqlite_only
@pytest.mark.parametrize("body", [{"state": "gone"}, {"state": None}, {"unit": "15187"}, {"types": ["x"]}, {"url": ""}])
async def test_an_edit_that_makes_no_sense_is_refused(
    thanh_hoa: Keeper, receiver: Receiver, body: dict[str, Any]
) -> None:
    path, _ = await thanh_hoa.subscribe(receiver.url)

    assert (await thanh_hoa.change(path, **body)).status_code == 422


async def test_subscriptions_are_paged_and_followed(thanh_hoa: Keeper, receiver: Receiver) -> None:
    paths = [(await thanh_hoa.subscribe(receiver.url))[0] for _ in range(3)]
    # Made within one millisecond, they have no age.
    ids = sorted(path.rpartition("/")[2] for path in paths)

    first = await thanh_hoa.read(PATH, limit=2)
    second = await thanh_hoa.read(PATH, limit=2, cursor=first["next_cursor"])
    everything = await thanh_hoa.read(PATH, after=0)
    await thanh_hoa.change(f"{PATH}/{ids[1]}", state="paused")
    since = await thanh_hoa.read(PATH, after=everything["through"])

    assert [one["subscription_id"] for one in first["items"] + second["items"]] == ids
    assert second["next_cursor"] is None
    assert [(one["subscription_id"], one["state"]) for one in since["items"]] == [(ids[1], "paused")]


async def test_deliveries_are_listed_by_what_became_of_them(
    thanh_hoa: Keeper, receiver: Receiver, database: Database
) -> None:
    path, _ = await thanh_hoa.subscribe(receiver.url)
    receiver.answers.extend([(204, {}), (500, {}), (200, {})])
    await watched(database, "một", "hai", "ba")
    await receiver.received(3)
    await deliveries_are(database, tries=1)

    first = await thanh_hoa.read(f"{path}/deliveries", limit=2)
    rest = await thanh_hoa.read(f"{path}/deliveries", limit=2, cursor=first["next_cursor"])
    shown = first["items"] + rest["items"]

    assert [(one["state"], one["last_status"]) for one in shown] == [
        ("delivered", 204),
        ("waiting", 500),
        ("delivered", 200),
    ]
    assert {one["type"] for one in shown} == {LampWatched.type}
    for state, count in {"waiting": 1, "delivered": 2, "dead": 0}.items():
        assert len(await thanh_hoa.deliveries(path, state=state)) == count


@on_sqlite_only
async def test_what_is_not_there_is_not_found(thanh_hoa: Keeper, receiver: Receiver) -> None:
    path, _ = await thanh_hoa.subscribe(receiver.url)

    assert refusal(await thanh_hoa.get(f"{PATH}/{uuid4()}")) == (404, "subscription_unknown")
    answer = await thanh_hoa.replay(path, what="event", event_id=str(uuid4()))
    assert refusal(answer) == (404, "delivery_unknown")
    assert (await thanh_hoa.replay(path, what="everything")).status_code == 422
    assert (await thanh_hoa.get(f"{path}/deliveries", cursor="WzE4NDQ2NzQ0MDczNzA5NTUxNjE1LDBd")).status_code == 400


async def test_metrics_tell_what_waits_and_what_is_dead_of_active_subscriptions(
    thanh_hoa: Keeper, receiver: Receiver, database: Database, service: Service
) -> None:
    path, _ = await thanh_hoa.subscribe(receiver.url)
    receiver.answers.extend([(204, {}), (500, {})])
    await watched(database, "một", "hai")
    await deliveries_are(database, tries=1)
    busy = await measured(thanh_hoa, service)
    await thanh_hoa.change(path, state="paused")

    assert busy == {"waiting": 1, "dead": 0, "delivered": 1, "refused": 1}
    assert await measured(thanh_hoa, service) == busy | {"waiting": 0}
    assert (await readiness(service))["ready"]


async def measured(keeper: Keeper, service: Service) -> dict[str, float | None]:
    await keeper.client.get("/metrics")
    sample, own = service.metrics.registry.get_sample_value, {"service": service.name}
    counted = {
        word: sample("lanhmanh_webhook_attempts_total", own | {"outcome": word}) for word in ("delivered", "refused")
    }
    gauges = {name: sample(f"lanhmanh_webhook_deliveries_{name}", own) for name in ("waiting", "dead")}
    return gauges | counted


@on_sqlite_only
async def test_a_service_that_offers_nothing_has_no_such_routes(service: Service, tokens: Tokens) -> None:
    async with a_client(an_app(replace(service, subscribable=None))) as client:
        answer = await client.get(PATH, headers=tokens.bearer("lighthouse:subscribe", unit="38"))

    assert refusal(answer) == (404, "route_unknown")
