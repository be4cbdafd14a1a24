"""Bulk loads: all lines or none, or each for itself, with a result for every line that is kept."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from runtime.http.bulk import MOST_LINES
from runtime.service import Service
from tests.rig import published
from tests.runtime.http.conftest import a_lamp
from tests.runtime.lighthouse.lamps import lit

pytestmark = pytest.mark.asyncio

Caller = dict[str, str]
MIXED = [a_lamp("Kê Gà"), a_lamp("Mũi Dinh", brightness=-1), a_lamp("Quỳ Châu", unit="16777"), a_lamp("Long Châu")]
"""The second has a wrong figure, the third is another unit's."""


def ndjson(rows: list[dict[str, object]]) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in rows) + b"\n"


async def load(
    client: httpx.AsyncClient, caller: Caller, body: bytes, query: str = "", key: str = "key-1"
) -> httpx.Response:
    headers = {**caller, "Idempotency-Key": key, "Content-Type": "application/x-ndjson"}
    return await client.post(f"/v1/lamps/bulk{query}", content=body, headers=headers)


async def places(service: Service) -> list[str]:
    return [place for _, place in await lit(service.database)]


async def test_a_sound_load_is_one_transaction(client: httpx.AsyncClient, kim_tan: Caller, service: Service) -> None:
    answer = await load(client, kim_tan, ndjson([a_lamp("Kê Gà"), a_lamp("Mũi Dinh")]))

    found = answer.json()
    assert (answer.status_code, found["applied"], found["made"], found["refused"]) == (200, True, 2, 0)
    assert [row["status"] for row in found["rows"]] == ["made", "made"]
    assert len({revision for revision, _ in await lit(service.database)}) == 1


async def test_a_dry_run_changes_nothing(client: httpx.AsyncClient, kim_tan: Caller, service: Service) -> None:
    answer = (await load(client, kim_tan, ndjson(MIXED), "?dry_run=true&mode=each")).json()

    assert (answer["applied"], answer["load_id"]) == (False, None)
    assert [row["status"] for row in answer["rows"]] == ["fine", "refused", "refused", "fine"]
    assert await places(service) == []
    assert await published(service.database) == []


async def test_a_dry_run_leaves_the_key_for_the_load_itself(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    await load(client, kim_tan, ndjson([a_lamp()]), "?dry_run=true")

    assert (await load(client, kim_tan, ndjson([a_lamp()]))).json()["made"] == 1


async def test_one_refused_line_leaves_none(client: httpx.AsyncClient, kim_tan: Caller, service: Service) -> None:
    answer = (await load(client, kim_tan, ndjson(MIXED))).json()

    assert (answer["applied"], answer["made"], answer["refused"]) == (False, 0, 2)
    assert [row["status"] for row in answer["rows"]] == ["fine", "refused", "refused", "fine"]
    assert await places(service) == []
    assert await published(service.database) == []


async def test_in_each_mode_a_refused_line_leaves_the_others(
    client: httpx.AsyncClient, kim_tan: Caller, service: Service
) -> None:
    answer = (await load(client, kim_tan, ndjson(MIXED), "?mode=each")).json()

    assert (answer["applied"], answer["made"], answer["refused"]) == (True, 2, 2)
    assert await places(service) == ["Kê Gà", "Long Châu"]
    assert [data["place"] for _, data in await published(service.database)] == ["Kê Gà", "Long Châu"]


async def test_a_line_that_is_refused_late_leaves_nothing_behind(
    client: httpx.AsyncClient, kim_tan: Caller, service: Service
) -> None:
    rows = [a_lamp("Kê Gà"), a_lamp("Mũi Dinh", brightness=999)]

    answer = (await load(client, kim_tan, ndjson(rows), "?mode=each")).json()

    assert [row["status"] for row in answer["rows"]] == ["made", "refused"]
    assert await places(service) == ["Kê Gà"]
    assert [data["place"] for _, data in await published(service.database)] == ["Kê Gà"]


async def test_each_refused_line_has_its_number_and_its_problem(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    body = b"\n" + ndjson(MIXED[:2]) + b"\n   \n" + b'{"place": "Hang\n' + ndjson(MIXED[2:3])

    answer = (await load(client, kim_tan, body, "?mode=each")).json()

    refused = {row["line"]: row["problem"] for row in answer["rows"] if row["status"] == "refused"}
    assert [row["line"] for row in answer["rows"]] == [2, 3, 6, 7]
    assert [error["pointer"] for error in refused[3]["errors"]] == ["line/3/brightness"]
    assert [(error["pointer"], error["code"]) for error in refused[6]["errors"]] == [("line/6", "json_invalid")]
    assert refused[7]["code"] == "unit_outside"
    assert "Hang" not in json.dumps(refused, ensure_ascii=False)


@pytest.mark.parametrize("query", ["", "?mode=each"])
async def test_a_repeated_load_gets_the_kept_results(
    client: httpx.AsyncClient, kim_tan: Caller, service: Service, query: str
) -> None:
    first = await load(client, kim_tan, ndjson(MIXED), query)
    before = await places(service)

    second = await load(client, kim_tan, ndjson(MIXED), query)

    assert second.json() == first.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    assert await places(service) == before


async def test_the_same_key_in_another_mode_is_refused(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    await load(client, kim_tan, ndjson(MIXED))

    answer = await load(client, kim_tan, ndjson(MIXED), "?mode=each")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_twin_loads_have_one_effect(client: httpx.AsyncClient, kim_tan: Caller, service: Service) -> None:
    answers = await asyncio.gather(*(load(client, kim_tan, ndjson(MIXED), "?mode=each") for _ in range(4)))

    assert {answer.text for answer in answers} == {answers[0].text}
    assert await places(service) == ["Kê Gà", "Long Châu"]


async def test_a_load_sees_its_own_earlier_lines(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    answer = (await load(client, kim_tan, ndjson([a_lamp("Kê Gà"), a_lamp("Kê Gà")]), "?mode=each")).json()

    assert [(row.get("problem") or {}).get("code") for row in answer["rows"]] == [None, "place_taken"]


async def test_too_many_lines_are_refused(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    answer = await load(client, kim_tan, b"{}\n" * (MOST_LINES + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "bulk_too_long")


async def test_an_unknown_mode_is_refused(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    answer = await load(client, kim_tan, ndjson([a_lamp()]), "?mode=some")

    assert [error["pointer"] for error in answer.json()["errors"]] == ["query/mode"]


async def test_a_load_without_a_key_is_refused(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    answer = await client.post("/v1/lamps/bulk", content=ndjson([a_lamp()]), headers=kim_tan)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
