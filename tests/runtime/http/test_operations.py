"""What operators do with events that were put aside, and the reconciliation that they ask for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from kernel.clock import SetClock
from runtime.bus import Listed
from runtime.bus.binary_mode import UNREADABLE
from runtime.service import Service
from tests.rig import Tokens, a_client
from tests.runtime.events.keeper import Keeper
from tests.runtime.events.pier import Pier, lamps, message_of
from tests.runtime.lighthouse.lamps import LampLit
from tests.runtime.lighthouse.service import NAME, a_service, an_app

pytestmark = pytest.mark.asyncio

LETTERS = "/v1/operations/lighthouse/dead-letters"
RUNS = "/v1/operations/lighthouse/reconciliations"
FOG = UUID(int=0)
"""The event that fails."""


@pytest.fixture
def pier() -> Pier:
    return Pier()


@pytest.fixture
def bare(url: str, clock: SetClock, tokens: Tokens) -> Service:
    """A lighthouse that hears of nothing."""
    return a_service(url, clock=clock, verifier=tokens.verifier())


@pytest.fixture
def keeper(bare: Service) -> Keeper:
    """Fails on the first lamp: in its batch, eight times alone, and when it is asked for again."""
    return Keeper(bare.database, failures={"Kê Gà": [ValueError("sương mù dày")] * 10})


@pytest_asyncio.fixture
async def client(bare: Service, keeper: Keeper, pier: Pier) -> AsyncIterator[httpx.AsyncClient]:
    """A lighthouse that put aside what it could not handle, and went on."""
    service = replace(bare, bus=pier, consumers=[keeper.consumer(pier, name=NAME)])
    pier.land(*lamps("Kê Gà", "Mũi Dinh"))
    async with a_client(an_app(service)) as client:
        await pier.cleared()
        yield client


@pytest.fixture
def operator(tokens: Tokens) -> dict[str, str]:
    return tokens.bearer("lighthouse:operate", unit="VN", client="trực-hệ-thống")


async def act(
    client: httpx.AsyncClient, operator: dict[str, str], what: str, *, event: UUID = FOG, key: str = "k1"
) -> httpx.Response:
    body = {"act": what, "reason": "đã sửa bộ nhận"}
    return await client.post(f"{LETTERS}/{event}/acts", json=body, headers={**operator, "Idempotency-Key": key})


async def states(client: httpx.AsyncClient, operator: dict[str, str], **query: str) -> list[tuple[str, str]]:
    items = (await client.get(LETTERS, headers=operator, params=query)).json()["items"]
    return [(one["event_id"], one["state"]) for one in items]


async def test_what_was_put_aside_is_shown_with_its_failure(
    client: httpx.AsyncClient, operator: dict[str, str]
) -> None:
    shown = (await client.get(f"{LETTERS}/{FOG}", headers=operator)).json()

    assert await states(client, operator, state="waiting") == [(str(FOG), "waiting")]
    assert (shown["failure"], shown["tries"], shown["data"]["place"]) == ("ValueError", 8, "Kê Gà")
    assert "sương" not in str(shown)


async def test_a_replay_that_fails_changes_nothing(
    client: httpx.AsyncClient, operator: dict[str, str], keeper: Keeper
) -> None:
    answer = await act(client, operator, "replay")

    assert (answer.status_code, answer.json()["code"]) == (409, "replay_failed")
    assert await states(client, operator) == [(str(FOG), "waiting")]
    assert await keeper.noted() == ["Mũi Dinh"]


async def test_a_replay_takes_effect_once_and_is_kept_with_who_and_why(
    client: httpx.AsyncClient, operator: dict[str, str], keeper: Keeper
) -> None:
    keeper.failures.clear()

    first, again = await act(client, operator, "replay"), await act(client, operator, "replay")
    another = await act(client, operator, "replay", key="k2")

    assert (first.status_code, again.json()) == (201, first.json())
    assert (another.status_code, another.json()["code"]) == (409, "dead_letter_settled")
    assert await keeper.noted() == ["Mũi Dinh", "Kê Gà"]
    shown = (await client.get(f"{LETTERS}/{FOG}", headers=operator)).json()
    done = [(one["act"], one["client"], one["reason"]) for one in shown["acts"]]
    assert (shown["state"], done) == ("replayed", [("replay", "trực-hệ-thống", "đã sửa bộ nhận")])


async def test_what_is_discarded_never_takes_effect_and_its_bytes_stay(
    client: httpx.AsyncClient, operator: dict[str, str], keeper: Keeper
) -> None:
    keeper.failures.clear()

    assert (await act(client, operator, "discard")).status_code == 201

    assert (await act(client, operator, "replay", key="k2")).status_code == 409
    shown = (await client.get(f"{LETTERS}/{FOG}", headers=operator)).json()
    assert (shown["state"], shown["data"]["place"]) == ("discarded", "Kê Gà")
    assert await states(client, operator, state="waiting") == []
    assert await keeper.noted() == ["Mũi Dinh"]


async def test_what_is_no_event_is_put_aside_at_once_and_cannot_be_replayed(
    client: httpx.AsyncClient, operator: dict[str, str], pier: Pier
) -> None:
    noise = UUID(int=7)
    pier.bring(message_of(LampLit(place="?"), noise.int)._replace(type=UNREADABLE, data=b"SOS"))
    await pier.cleared()

    shown = (await client.get(f"{LETTERS}/{noise}", headers=operator)).json()
    answer = await act(client, operator, "replay", event=noise)

    assert (shown["failure"], shown["tries"], shown["data"]) == ("Unreadable", 1, "SOS")
    assert (answer.status_code, answer.json()["code"]) == (409, "replay_failed")


async def test_who_does_not_operate_the_service_sees_nothing(client: httpx.AsyncClient, tokens: Tokens) -> None:
    stranger = tokens.bearer("lighthouse:read", "pilot:operate", unit="VN")

    answers = [
        await client.get(LETTERS, headers=stranger),
        await client.get(f"{LETTERS}/{FOG}", headers=stranger),
        await act(client, stranger, "discard"),
        await client.post(RUNS, json={}, headers={**stranger, "Idempotency-Key": "k"}),
    ]

    assert [one.status_code for one in answers] == [403] * 4


async def test_an_unknown_event_is_said_to_be_unknown(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    unknown = UUID(int=404)

    answers = [
        await client.get(f"{LETTERS}/{unknown}", headers=operator),
        await act(client, operator, "discard", event=unknown),
        await client.get(f"{RUNS}/{unknown}", headers=operator),
    ]

    assert [one.json()["code"] for one in answers] == [
        "dead_letter_unknown",
        "dead_letter_unknown",
        "reconciliation_unknown",
    ]


async def finished(client: httpx.AsyncClient, operator: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """Ask for a reconciliation, and return it when it is done."""
    asked = await client.post(RUNS, json=body, headers={**operator, "Idempotency-Key": "r1"})
    assert asked.status_code == 201, asked.text
    async with asyncio.timeout(20):
        while True:
            run: dict[str, Any] = (await client.get(f"{RUNS}/{asked.json()['run_id']}", headers=operator)).json()
            if run["finished_at"] is not None:
                return run
            await asyncio.sleep(0.02)


async def test_a_reconciliation_that_was_asked_for_is_done_and_kept(
    client: httpx.AsyncClient, operator: dict[str, str]
) -> None:
    run = await finished(client, operator, {})

    compared = {(one["left"], one["right"]): one["compared"] for one in run["found"]["comparisons"]}
    assert compared[LampLit.topic, "inbox"] == 2
    assert (run["failure"], run["found"]["put_aside"]) == (None, [str(FOG)])
    # The lighthouse does not say what it told: each of its events is surplus.
    metrics = (await client.get("/metrics")).text
    assert 'lanhmanh_reconciliation_differences{service="lighthouse"} 1.0' in metrics


@pytest.mark.parametrize("since", ["2026-11-24T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_an_instant_without_a_zone_or_outside_of_the_calendar_is_refused(
    client: httpx.AsyncClient, operator: dict[str, str], since: str
) -> None:
    answer = await client.post(RUNS, json={"since": since}, headers={**operator, "Idempotency-Key": "r1"})

    assert answer.status_code == 422


async def test_a_run_that_meets_a_broker_just_when_it_is_away_is_tried_again(
    client: httpx.AsyncClient, operator: dict[str, str], pier: Pier, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, aways = pier.contents, [ConnectionResetError(), ConnectionResetError()]

    def twice_away(*args: Any, **kw: Any) -> AsyncIterator[Listed]:
        if aways:
            raise aways.pop()
        return whole(*args, **kw)

    monkeypatch.setattr(pier, "contents", twice_away)

    run = await finished(client, operator, {})

    assert (run["failure"], aways) == (None, [])


@pytest.mark.parametrize("failure", [ConnectionResetError, KeyError], ids=["a broker away", "a defect"])
async def test_what_fails_a_run_is_told_and_stops_nothing(
    client: httpx.AsyncClient,
    operator: dict[str, str],
    pier: Pier,
    monkeypatch: pytest.MonkeyPatch,
    failure: type[Exception],
) -> None:
    def away(*_: object, **__: object) -> None:
        raise failure

    with monkeypatch.context() as patched:
        patched.setattr(pier, "contents", away)
        run = await finished(client, operator, {})

    assert (run["failure"], run["found"]) == (failure.__name__, None)
