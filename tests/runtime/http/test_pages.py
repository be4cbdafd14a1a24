"""Lists: pages that stay whole while others write, and changes by whole revisions."""

from __future__ import annotations

import base64
import json
from uuid import uuid4

import httpx
import pytest

from runtime.http.pages import encode_cursor, key_of
from tests.runtime.http.conftest import light

pytestmark = pytest.mark.asyncio

Caller = dict[str, str]


async def test_pages_hold_each_item_once_while_others_are_added(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    for place in ("Bạch", "Gành", "Kê", "Mũi", "Sa"):
        await light(client, kim_tan, place)

    seen, cursor = [], None
    while True:
        query = {"limit": "2"} if cursor is None else {"limit": "2", "cursor": cursor}
        page = (await client.get("/v1/lamps", params=query, headers=kim_tan)).json()
        seen += [item["place"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        # Added before the place that was reached: it must neither push anything onto the next page nor appear there.
        await light(client, kim_tan, f"An {len(seen)}")

    assert seen == ["Bạch", "Gành", "Kê", "Mũi", "Sa"]


def a_cursor(key: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


NOT_ONE_TEXT = [[7], ["a", "b"], [], [["a"]], ["\0"], {"place": "a"}]
FORGED = ["x", "%00", "đèn", *map(a_cursor, NOT_ONE_TEXT)]


@pytest.mark.parametrize("cursor", FORGED)
async def test_a_forged_cursor_is_refused(client: httpx.AsyncClient, kim_tan: Caller, cursor: str) -> None:
    answer = await client.get("/v1/lamps", params={"cursor": cursor}, headers=kim_tan)

    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")


async def test_a_cursor_gives_back_its_key() -> None:
    lamp_id = uuid4()

    assert key_of(encode_cursor(["Kê Gà", 7, lamp_id]), str, int, type(lamp_id)) == ("Kê Gà", 7, lamp_id)


async def test_who_follows_gets_every_change_once(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    made = (await light(client, kim_tan, "Kê Gà")).json()
    first = (await client.get("/v1/lamps?after=0", headers=kim_tan)).json()
    path = f"/v1/lamps/{made['lamp_id']}/brightness"
    await client.put(path, json={"brightness": 99}, headers={**kim_tan, "If-Match": "*"})
    await light(client, kim_tan, "Mũi Dinh")

    second = (await client.get(f"/v1/lamps?after={first['through']}", headers=kim_tan)).json()
    third = (await client.get(f"/v1/lamps?after={second['through']}", headers=kim_tan)).json()

    changes = [[(item["place"], item["brightness"]) for item in answer["items"]] for answer in (first, second, third)]
    assert changes == [[("Kê Gà", 7)], [("Kê Gà", 99), ("Mũi Dinh", 7)], []]
    assert (second["newest"], third["through"]) == (second["through"], second["through"])


async def test_a_bulk_load_is_followed_whole(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    lines = "\n".join(json.dumps({"place": f"đèn {n}", "unit": "15187", "brightness": n}) for n in range(5))
    await client.post("/v1/lamps/bulk", content=lines.encode(), headers={**kim_tan, "Idempotency-Key": "key-1"})
    await light(client, kim_tan, "Kê Gà")

    first = (await client.get("/v1/lamps?after=0&limit=2", headers=kim_tan)).json()
    second = (await client.get(f"/v1/lamps?after={first['through']}&limit=2", headers=kim_tan)).json()

    assert sorted(item["brightness"] for item in first["items"]) == [0, 1, 2, 3, 4]
    assert [item["place"] for item in second["items"]] == ["Kê Gà"]


async def test_who_follows_a_history_that_is_gone_is_told(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    epoch = (await client.get("/v1/lamps?after=0", headers=kim_tan)).json()["epoch"]

    same = await client.get(f"/v1/lamps?after=1&epoch={epoch}", headers=kim_tan)
    other = await client.get(f"/v1/lamps?after=1&epoch={uuid4()}", headers=kim_tan)

    assert (same.status_code, other.status_code, other.json()["code"]) == (200, 409, "epoch_changed")
    assert epoch in other.json()["detail"]
