"""Whoever gives a tip, with a name or without: the form, the code, and messages in both directions."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from runtime.database import Write
from services.tips.api import follow_up
from services.tips.store.schema import metadata
from services.tips.store.tips import get_tip
from services.tips.usecases.read_messages import Message, SealedMessages
from services.tips.usecases.write_message import write_message
from services.tips.wiring import Tips
from tests.reports.office import refusal
from tests.rig import published
from tests.tips.desk import CONTENT, INFORMANT, Desk, Hotline

pytestmark = pytest.mark.asyncio

WRONG = "Y45K-7TR0-JCMR-HA8P-NN6R"


@pytest.fixture(autouse=True)
def answers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow_up, "ANSWER_SECONDS", 0.0)


async def form(client: httpx.AsyncClient, *, key: str | None = None, **body: Any) -> httpx.Response:
    tip = {"content": CONTENT} | body
    return await client.post("/v1/tips/form", json=tip, headers={"Idempotency-Key": key or str(uuid4())})


async def followed(client: httpx.AsyncClient, code: str, **query: str) -> httpx.Response:
    return await client.get("/v1/tips/follow-up", headers={"Follow-Up-Code": code}, params=query)


async def write(client: httpx.AsyncClient, code: str, text: str, key: str | None = None) -> httpx.Response:
    headers = {"Follow-Up-Code": code, "Idempotency-Key": key or str(uuid4())}
    return await client.post("/v1/tips/follow-up/messages", json={"text": text}, headers=headers)


async def test_anybody_sends_a_tip_without_a_name(client: httpx.AsyncClient, province: Desk) -> None:
    receipt = (await form(client, unit="60")).json()

    assert (receipt["number"], receipt["unit"]) == ("TB-60-2025-000001", "60")
    shown = await province.read(f"/v1/tips/{receipt['tip_id']}")
    assert (shown["channel"], shown["state"]) == ("form", "received")


async def test_without_a_unit_it_reaches_the_unit_above_all_and_an_unknown_one_is_named(
    client: httpx.AsyncClient,
) -> None:
    assert (await form(client)).json()["unit"] == "VN"
    assert refusal(await form(client, unit="99")) == (422, "unit_unknown")


async def test_the_page_is_as_long_with_a_message_as_without(client: httpx.AsyncClient) -> None:
    code = (await form(client)).json()["follow_up_code"]

    silent = await followed(client, code)
    await write(client, code, "Đèn lại nhấp nháy đêm qua.")
    answered = await followed(client, code)

    assert [len(one.json()["messages"]) for one in (silent, answered)] == [0, 1]
    assert len(silent.content) == len(answered.content) == 4096


async def test_a_form_that_is_sent_again_makes_one_tip_with_one_code(client: httpx.AsyncClient, service: Tips) -> None:
    key = str(uuid4())

    first, again = await asyncio.gather(form(client, key=key), form(client, key=key.upper()))

    assert first.json() == again.json()
    assert len(await published(service.database)) == 1
    assert refusal(await form(client, key=key, unit="60")) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("key", ["1", "00000000-0000-0000-0000-000000000000", "019b1e24-7a40-7d02-8f4c-6b1d90c2ab01"])
async def test_a_key_that_somebody_else_could_hit_upon_is_refused(client: httpx.AsyncClient, key: str) -> None:
    assert refusal(await form(client, key=key)) == (400, "idempotency_key_not_random")


async def test_a_form_without_a_key_and_one_that_says_nothing_are_refused_before_any_receipt(
    client: httpx.AsyncClient, service: Tips
) -> None:
    without = await client.post("/v1/tips/form", json={"content": CONTENT})

    assert refusal(without) == (400, "idempotency_key_missing")
    assert refusal(await form(client, content={})) == (422, "input_invalid")
    assert await published(service.database) == []


async def test_the_code_shows_how_a_tip_stands_and_never_what_it_says(hotline: Hotline, province: Desk) -> None:
    receipt = (await hotline.send({"unit": "60", "content": CONTENT, "informant": INFORMANT})).json()
    code = receipt["follow_up_code"]
    tip = f"/v1/tips/{receipt['tip_id']}"
    await province.done(tip, "classify", category="crime_report")
    await province.done(tip, "assign", to="60.CA")

    answer = await followed(hotline.client, code.lower().replace("-", " "))

    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["number"], shown["state"], shown["responsible"]) == (receipt["number"], "assigned", "60.CA")
    assert CONTENT["summary"] not in answer.text
    assert INFORMANT["name"] not in answer.text


async def test_a_retry_gets_the_same_code_and_two_tips_have_two(hotline: Hotline) -> None:
    codes = [
        (await hotline.send({"unit": "60", "content": CONTENT}, message_id=message_id)).json()["follow_up_code"]
        for message_id in ("msg_1", "msg_1", "msg_2")
    ]

    assert codes[0] == codes[1] != codes[2]


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        (WRONG, (404, "follow_up_code_invalid")),
        (WRONG[:-1] + "S", (422, "follow_up_code_mistyped")),
        ("", (422, "follow_up_code_mistyped")),
        ("é" * 20, (422, "follow_up_code_mistyped")),
    ],
)
async def test_a_wrong_code_is_refused(client: httpx.AsyncClient, code: str, refused: tuple[int, str]) -> None:
    headers = [(b"follow-up-code", code.encode())]

    assert refusal(await client.get("/v1/tips/follow-up", headers=headers)) == refused


async def test_messages_go_both_ways_sealed_and_each_reading_by_an_officer_is_kept(
    client: httpx.AsyncClient, province: Desk, service: Tips
) -> None:
    receipt = (await form(client, unit="60")).json()
    code, tip = receipt["follow_up_code"], f"/v1/tips/{receipt['tip_id']}"

    sent = await write(client, code, "Tôi còn giữ một bức ảnh.")
    asked = await client.post(
        f"{tip}/messages", json={"text": "Xin gửi cho chúng tôi."}, headers=province.headers(Idempotency_Key="m-1")
    )

    assert (sent.status_code, asked.status_code) == (201, 201)
    both = [("informant", "Tôi còn giữ một bức ảnh."), ("unit", "Xin gửi cho chúng tôi.")]
    shown = (await followed(client, code)).json()["messages"]
    assert [(one["by"], one["text"]) for one in shown] == both
    assert [(one["by"], one["text"]) for one in (await province.read(f"{tip}/messages"))["items"]] == both
    stands = await province.read(tip)
    assert [one["facts"] for one in stands["history"][1:]] == [{"from": "informant"}, {"from": "unit"}]
    assert stands["readings"] == 1
    assert "bức ảnh".encode() not in await everything(service)


async def everything(service: Tips) -> bytes:
    """Return every value of every row of every table."""
    found = b""
    async with service.database.read() as read:
        for table in metadata.tables.values():
            for row in await read.execute(table.select()):
                found += b"\n".join(one if isinstance(one, bytes) else str(one).encode() for one in row)
    return found


async def test_a_message_that_is_sent_again_is_kept_once(client: httpx.AsyncClient) -> None:
    code, key = (await form(client, unit="60")).json()["follow_up_code"], str(uuid4())

    answers = [await write(client, code, "Một lần.", key) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert len((await followed(client, code)).json()["messages"]) == 1
    assert refusal(await write(client, WRONG, "Không của ai.")) == (404, "follow_up_code_invalid")


async def test_the_same_key_with_another_code_is_another_message(client: httpx.AsyncClient) -> None:
    key, codes = str(uuid4()), [(await form(client)).json()["follow_up_code"] for _ in range(2)]

    written = [await write(client, code, "Đèn lại nhấp nháy.", key) for code in codes]

    assert [one.status_code for one in written] == [201, 201]
    assert [len((await followed(client, code)).json()["messages"]) for code in codes] == [1, 1]


async def test_the_informant_sees_the_newest_messages_and_gets_the_others_page_by_page(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_up, "_SHOWN", 2)
    code, other = [(await form(client, unit="60")).json()["follow_up_code"] for _ in range(2)]
    for number in range(5):
        await write(client, code, str(number))

    pages = [(await followed(client, code)).json()]
    while pages[-1]["earlier"]:
        pages.append((await followed(client, code, before=pages[-1]["earlier"])).json())

    assert [[one["text"] for one in page["messages"]] for page in pages] == [["3", "4"], ["1", "2"], ["0"]]
    assert refusal(await followed(client, code, before=str(uuid4()))) == (422, "message_unknown")
    assert refusal(await followed(client, other, before=pages[0]["earlier"])) == (422, "message_unknown")
    assert refusal(await followed(client, code, before="1")) == (422, "input_invalid")
    assert refusal(await followed(client, WRONG, before=pages[0]["earlier"])) == (404, "follow_up_code_invalid")


async def test_the_informants_page_grows_no_more_beyond_fifty_messages(
    client: httpx.AsyncClient, service: Tips
) -> None:
    receipt = (await form(client, unit="60")).json()

    await flood(service, UUID(receipt["tip_id"]), 60)
    before = await followed(client, receipt["follow_up_code"])
    await flood(service, UUID(receipt["tip_id"]), 300)
    answer = await followed(client, receipt["follow_up_code"])

    assert len(answer.json()["messages"]) == 50
    assert answer.json()["earlier"] == answer.json()["messages"][0]["message_id"]
    assert len(answer.content) == len(before.content)


async def flood(service: Tips, tip_id: UUID, messages: int) -> None:
    """Write many messages of an informant at once."""

    async def effect(tx: Write) -> None:
        for _ in range(messages):
            await write_message(
                await get_tip(tx, tip_id), "x" * 100, tx=tx, vault=service.keys.vault, at=tx.recorded_at
            )

    await service.database.write(effect)


async def test_an_officer_reads_messages_page_by_page_and_each_page_is_kept_as_a_reading(
    client: httpx.AsyncClient, province: Desk
) -> None:
    receipt = (await form(client, unit="60")).json()
    tip = f"/v1/tips/{receipt['tip_id']}"
    for number in range(5):
        await write(client, receipt["follow_up_code"], str(number))

    pages = [await province.read(f"{tip}/messages", limit=2)]
    while pages[-1]["next_cursor"]:
        pages.append(await province.read(f"{tip}/messages", limit=2, cursor=pages[-1]["next_cursor"]))

    assert [[one["text"] for one in page["items"]] for page in pages] == [["0", "1"], ["2", "3"], ["4"]]
    assert (await province.read(tip))["readings"] == 3
    assert refusal(await province.get(f"{tip}/messages", cursor="1")) == (400, "cursor_invalid")
    assert refusal(await province.get(f"{tip}/messages", limit=101)) == (422, "input_invalid")


async def test_messages_are_opened_when_the_writer_is_free_again(
    client: httpx.AsyncClient, province: Desk, monkeypatch: pytest.MonkeyPatch, service: Tips
) -> None:
    receipt = (await form(client, unit="60")).json()
    await write(client, receipt["follow_up_code"], "Một lần.")
    in_turn: list[bool] = []
    opened, turn = SealedMessages.opened, service.database.write

    async def write_in_turn(effect: Any) -> Any:
        in_turn.append(True)
        try:
            return await turn(effect)
        finally:
            in_turn.pop()

    seen: list[bool] = []

    def look_and_open(sealed: SealedMessages) -> list[Message]:
        seen.append(bool(in_turn))
        return opened(sealed)

    monkeypatch.setattr(service.database, "write", write_in_turn)
    monkeypatch.setattr(SealedMessages, "opened", look_and_open)
    await province.read(f"/v1/tips/{receipt['tip_id']}/messages")

    assert seen == [False]


async def test_only_who_handles_a_tip_writes_to_its_informant(client: httpx.AsyncClient, desk: Any) -> None:
    receipt = (await form(client, unit="60")).json()

    answer = await client.post(
        f"/v1/tips/{receipt['tip_id']}/messages",
        json={"text": "?"},
        headers=desk("38").headers(Idempotency_Key="m-1"),
    )

    assert refusal(answer) == (403, "unit_outside")


async def test_right_and_wrong_codes_are_answered_after_the_same_time(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (await form(client, unit="60")).json()["follow_up_code"]
    monkeypatch.setattr(follow_up, "ANSWER_SECONDS", 0.2)

    async def took(one: str) -> float:
        began = time.perf_counter()
        await followed(client, one)
        return time.perf_counter() - began

    assert min([await took(one) for one in (code, WRONG, "x")]) >= 0.2
