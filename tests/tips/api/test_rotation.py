"""The service's keys are rotated while it runs: nobody waits, all opens, every receipt and head still verifies."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update

from runtime import rewrap
from runtime.crypto import key_set
from runtime.crypto.key_file import Use
from runtime.database import Write
from runtime.rewrap import Rewrapper
from services.tips.store.tips import ContentRow, InformantRow
from services.tips.wiring import Tips
from tests.key_files import keys_in, rotated, without
from tests.reports.office import refusal
from tests.rig import MORNING
from tests.tips.auditor import exported, found, sealed, trusted_keys
from tests.tips.desk import CONTENT, INFORMANT, Desk, Hotline

pytestmark = pytest.mark.asyncio

CONTENTS = ContentRow.__table__  # type: ignore[attr-defined]
INFORMANTS = InformantRow.__table__  # type: ignore[attr-defined]
REASON = "Cần mời người cung cấp tin đến làm việc."
KEYS = "/v1/operations/tips/keys"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits: the file is looked at each time, and keys are wrapped again when the test asks for it."""
    monkeypatch.setattr(rewrap, "LOOK_SECONDS", 3600.0)
    monkeypatch.setattr(key_set, "LOOK_SECONDS", 0.0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "tips-keys.json"


@pytest.fixture
def alone(service: Tips) -> Rewrapper:
    """What wraps again in the service, when the test asks for it."""
    assert service.rewrapper is not None
    return service.rewrapper


async def wrapped_by(service: Tips) -> set[str]:
    """Return the ids of the keys that wrap anything."""
    async with service.database.read() as read:
        keys = [(await read.execute(select(table.c.key))).scalars() for table in (CONTENTS, INFORMANTS)]
    return {wrapped.partition(".")[0] for column in keys for wrapped in column}


def measured(service: Tips, stage: str) -> float | None:
    """Return how many keys of data the service's metric says that keys of a stage wrap."""
    labels = {"service": "tips", "stage": stage}
    return service.metrics.registry.get_sample_value("lanhmanh_keys_wrapped", labels)


async def waits_for(turn: asyncio.Lock) -> None:
    """Return when somebody waits for a turn that somebody else has."""
    while not turn._waiters:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def sent(hotline: Hotline, number: int) -> dict[str, Any]:
    body = {"unit": "60", "content": CONTENT, "informant": INFORMANT}
    answer = await hotline.send(body, message_id=f"msg_rotation_{number}")
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


async def ensure_all_opens(province: Desk, receipts: list[dict[str, Any]]) -> None:
    for receipt in receipts:
        assert (await province.read(f"/v1/tips/{receipt['tip_id']}/content"))["content"] == CONTENT


async def test_all_opens_and_verifies_after_both_keys_were_rotated_and_the_old_one_is_gone(
    hotline: Hotline, province: Desk, service: Tips, alone: Rewrapper, file: Path, client: httpx.AsyncClient
) -> None:
    receipts = [await sent(hotline, number) for number in range(3)]
    head, kept_keys = await sealed(province, "before"), await trusted_keys(province)
    tip = f"/v1/tips/{receipts[0]['tip_id']}"
    await province.done(tip, "classify", category="feedback", note="Đã gọi lại.")
    own = province.headers(Idempotency_Key="message")
    assert (await client.post(f"{tip}/messages", json={"text": "Cảm ơn."}, headers=own)).status_code == 201
    own = province.headers(Idempotency_Key="ask")
    assert (await client.post(f"{tip}/disclosures", json={"reason": REASON}, headers=own)).status_code == 201
    entries = await exported(province)
    old = service.keys.vault.current

    wraps, signs = (rotated(file, use, now=MORNING) for use in Use)
    receipts.append(await sent(hotline, 3))
    await alone.catch_up()
    without(file, old)

    assert await wrapped_by(service) == {wraps}
    await ensure_all_opens(province, receipts)
    assert [one["text"] for one in (await province.read(f"{tip}/messages"))["items"]] == ["Cảm ơn."]
    assert [one["reason"] for one in await province.read(f"{tip}/disclosures")] == [REASON]
    assert [one["key_id"] == signs for one in receipts] == [False, False, False, True]
    assert await sent(hotline, 0) == receipts[0]
    later = await sealed(province, "after")
    assert later["key_id"] == signs
    lines = await exported(province)
    assert [one for one in lines if one["kind"] == "entry"][:3] == [one for one in entries if one["kind"] == "entry"]
    assert found(lines, keys=await trusted_keys(province), heads=[head, later], receipts=receipts) == []
    assert found(lines, keys=kept_keys, heads=[head], receipts=receipts[:3]) == [("head_key_unknown", "4")]


async def test_tips_come_in_while_keys_are_rotated_and_wrapped_again(
    hotline: Hotline,
    province: Desk,
    service: Tips,
    alone: Rewrapper,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rewrap, "BATCH", 2)
    receipts = [await sent(hotline, number) for number in range(6)]

    async def caller(first: int) -> None:
        for number in range(first, first + 10):
            receipts.append(await sent(hotline, number))  # noqa: PERF401 - each is sent when the one before is answered

    callers = [asyncio.create_task(caller(100 * place)) for place in range(1, 5)]
    for use in (Use.WRAP, Use.SIGN, Use.WRAP):
        await asyncio.sleep(0)
        newest = rotated(file, use, now=MORNING)
        await alone.catch_up()
    await asyncio.gather(*callers)
    await alone.catch_up()

    assert len(receipts) == 46
    # The last two have begun at the same instant: whichever wraps, nothing else does.
    assert await wrapped_by(service) == {service.keys.vault.current}
    assert newest in {key.id for key in keys_in(file).of(Use.WRAP)}
    await ensure_all_opens(province, receipts)
    await sealed(province, "after")
    assert found(await exported(province), keys=await trusted_keys(province), receipts=receipts) == []


async def test_who_is_ended_in_the_middle_leaves_nothing_half_done_and_the_next_one_goes_on(
    hotline: Hotline,
    province: Desk,
    service: Tips,
    alone: Rewrapper,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rewrap, "BATCH", 1)
    receipts = [await sent(hotline, number) for number in range(5)]
    old = service.keys.vault.current
    new = rotated(file, Use.WRAP, now=MORNING)

    turn = service.database._turn
    async with turn:
        work = asyncio.create_task(alone.catch_up())
        await waits_for(turn)
    async with turn:
        # Behind the first transaction, and before the second one.
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    assert await wrapped_by(service) == {old, new}
    await ensure_all_opens(province, receipts)
    await alone.catch_up()
    assert await wrapped_by(service) == {new}
    await ensure_all_opens(province, receipts)


async def test_a_key_that_is_destroyed_meanwhile_stays_destroyed(
    hotline: Hotline, service: Tips, alone: Rewrapper, file: Path
) -> None:
    receipt = await sent(hotline, 0)
    rotated(file, Use.WRAP, now=MORNING)
    counted = asyncio.Event()

    async def destroy(tx: Write) -> None:
        await tx.execute(update(CONTENTS).where(CONTENTS.c.tip_id == UUID(receipt["tip_id"])).values(key=""))
        await counted.wait()

    destroying = asyncio.create_task(service.database.write(destroy))
    work = asyncio.create_task(alone.catch_up())
    # It has read the key by the time at which it waits for its turn to write.
    await waits_for(service.database._turn)
    counted.set()
    await asyncio.gather(destroying, work)

    assert await wrapped_by(service) == {"", service.keys.vault.current}


async def test_operators_see_the_keys_and_how_much_each_wraps(
    hotline: Hotline, province: Desk, client: httpx.AsyncClient, service: Tips, alone: Rewrapper, file: Path
) -> None:
    await sent(hotline, 0)
    old = service.keys.vault.current
    new = rotated(file, Use.WRAP, now=MORNING)
    operator = province.tokens.bearer("tips:operate", unit="60")

    async def shown() -> tuple[dict[str, tuple[str, int]], int]:
        told = (await client.get(KEYS, headers=operator)).json()
        return {one["key_id"]: (one["stage"], one["wrapped"]) for one in told["keys"] if one["use"] == "enc"}, told[
            "unknown"
        ]

    assert await shown() == ({old: ("old", 2), new: ("current", 0)}, 0)
    await alone.catch_up()
    assert await shown() == ({old: ("old", 0), new: ("current", 2)}, 0)
    assert measured(service, "current") == 2
    assert refusal(await province.get(KEYS)) == (403, "scope_missing")


async def test_what_no_key_opens_is_counted_and_holds_nothing_else_up(
    hotline: Hotline, province: Desk, service: Tips, alone: Rewrapper, file: Path
) -> None:
    receipts = [await sent(hotline, number) for number in range(3)]

    async def damage(tx: Write) -> None:
        for receipt, key in zip(receipts, ("gone.AAAA", f"{service.keys.vault.current}.no base64"), strict=False):
            await tx.execute(update(CONTENTS).where(CONTENTS.c.tip_id == UUID(receipt["tip_id"])).values(key=key))

    await service.database.write(damage)
    old = service.keys.vault.current
    new = rotated(file, Use.WRAP, now=MORNING)

    await alone.catch_up()

    counted = await alone.count()
    assert (counted.by_key[old], counted.by_key[new], counted.unknown) == (1, 4, 1)
    await ensure_all_opens(province, receipts[2:])
    first, second = [await province.get(f"/v1/tips/{one['tip_id']}/content") for one in receipts[:2]]
    assert refusal(first) == (503, "service_key_unknown")
    assert first.headers["retry-after"] == "30"
    assert refusal(second) == (500, "seal_broken")
    assert [measured(service, stage) for stage in ("current", "old", "unknown")] == [4, 1, 1]
