"""The ledger, as anyone can check it: heads, proofs, and the entries for those who audit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import run
from sys import executable

import httpx
import pytest

import lanhmanh.ledger_check
from kernel.clock import SetClock
from lanhmanh.ledger_check import check_heads, check_receipt
from services.tips.wiring import Tips
from tests.reports.office import refusal
from tests.rig import published
from tests.tips.auditor import exported, found, sealed, trusted_keys
from tests.tips.desk import CONTENT, INFORMANT, Desk, Hotline

pytestmark = pytest.mark.asyncio


async def receipts_of(hotline: Hotline, *units: str) -> list[dict[str, str]]:
    return [(await hotline.send({"unit": unit, "content": CONTENT, "informant": INFORMANT})).json() for unit in units]


async def test_a_receipt_is_proved_to_be_below_a_signed_head(
    hotline: Hotline, province: Desk, client: httpx.AsyncClient
) -> None:
    receipts = await receipts_of(hotline, "60", "38", "60", "60", "38")
    head = await sealed(province, "seal-1")
    keys = await trusted_keys(province)

    for receipt in receipts:
        proof = (await client.get("/v1/tips/ledger/inclusion", params={"tip_id": receipt["tip_id"]})).json()
        assert proof["head"]["root"] == head["root"]
        assert check_receipt(receipt, proof, keys) == []
        other = receipts[0] if receipt is not receipts[0] else receipts[1]
        assert [one.code for one in check_receipt(other, proof, keys)] == ["not_included"]


async def test_each_head_is_proved_to_go_on_from_every_earlier_one(
    hotline: Hotline, province: Desk, client: httpx.AsyncClient
) -> None:
    for number in range(1, 6):
        await receipts_of(hotline, *["60"] * number)
        await sealed(province, f"seal-{number}")
    keys = await trusted_keys(province)

    sizes = [head["entries"] for head in (await client.get("/v1/tips/ledger/heads")).json()]
    assert sizes == [15, 10, 6, 3, 1]
    for first in sizes:
        for second in (size for size in sizes if size >= first):
            query = {"first": first, "second": second}
            proof = (await client.get("/v1/tips/ledger/consistency", params=query)).json()
            assert check_heads(proof, keys) == []
            if second > first:
                swapped = proof | {"first": proof["second"], "second": proof["first"]}
                assert [one.code for one in check_heads(swapped, keys)] == ["not_consistent"]


async def test_sealing_again_without_a_new_entry_is_the_same_head(hotline: Hotline, province: Desk) -> None:
    await receipts_of(hotline, "60")

    first, again = await sealed(province, "seal-1"), await sealed(province, "seal-2")

    assert first == again


async def test_an_empty_ledger_cannot_be_sealed(province: Desk) -> None:
    answer = await province.client.post("/v1/tips/ledger/heads", headers=province.headers(Idempotency_Key="k"))

    assert refusal(answer) == (409, "nothing_to_seal")


async def test_the_ledger_is_sealed_at_the_end_of_the_day_also_after_an_outage(
    hotline: Hotline, province: Desk, service: Tips, clock: SetClock
) -> None:
    seal = service.watches[1]
    clock.set(datetime(2026, 2, 16, 16, 59, tzinfo=UTC))  # 23:59 in Viet Nam
    await receipts_of(hotline, "60", "60")
    assert await seal.next_at() == datetime(2026, 2, 16, 17, tzinfo=UTC)

    await seal.catch_up()
    assert await province.read("/v1/tips/ledger/heads") == []
    clock.advance(timedelta(days=9))
    await seal.catch_up()
    await seal.catch_up()

    assert [head["entries"] for head in await province.read("/v1/tips/ledger/heads")] == [2]
    assert await seal.next_at() is None
    sealed_events = [told for fact, told in await published(service.database) if fact == "ledger.sealed"]
    assert [told["entries"] for told in sealed_events] == [2]


async def test_what_is_not_sealed_yet_is_said_to_be_so(hotline: Hotline, province: Desk) -> None:
    first = (await receipts_of(hotline, "60"))[0]
    assert refusal(await province.get("/v1/tips/ledger/inclusion", tip_id=first["tip_id"])) == (404, "entry_unsealed")
    await sealed(province, "seal-1")
    second = (await receipts_of(hotline, "60"))[0]

    assert refusal(await province.get("/v1/tips/ledger/inclusion", tip_id=second["tip_id"])) == (404, "entry_unsealed")
    query = {"tip_id": first["tip_id"], "entries": 7}
    assert refusal(await province.get("/v1/tips/ledger/inclusion", **query)) == (404, "head_unknown")
    assert refusal(await province.get("/v1/tips/ledger/consistency", first=2)) == (404, "head_unknown")


async def test_of_other_units_an_auditor_sees_the_leaf_alone_and_can_check_the_whole_all_the_same(
    hotline: Hotline, desk: Callable[[str], Desk]
) -> None:
    await receipts_of(hotline, "60", "38", "60")
    await sealed(desk("60"), "seal-1")

    lines = await exported(desk("60"))

    other = next(line for line in lines if line["kind"] == "entry" and line["position"] == 2)
    assert {name for name, value in other.items() if value is not None} == {"kind", "position", "leaf"}
    assert found(lines) == []


async def test_the_verifier_runs_without_the_product(
    hotline: Hotline, province: Desk, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    [receipt] = await receipts_of(hotline, "60")
    await sealed(province, "seal-1")
    proof = (await client.get("/v1/tips/ledger/inclusion", params={"tip_id": receipt["tip_id"]})).json()
    lines = "\n".join(json.dumps(line) for line in await exported(province))
    keys = await province.read("/v1/tips/receipt-keys")
    files = {"receipt.json": receipt, "proof.json": proof, "keys.json": keys}
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content))
    (tmp_path / "ledger.ndjson").write_text(lines)
    copy = shutil.copy(lanhmanh.ledger_check.__file__, tmp_path / "check.py")

    def checked(*arguments: str) -> tuple[int, str]:
        # Isolated: neither the working directory nor the environment lead to the product.
        done = run([executable, "-I", copy, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        return done.returncode, done.stdout

    own = ["receipt", "receipt.json", "--proof", "proof.json", "--keys", "keys.json"]
    assert checked(*own) == (0, "Đã kiểm tra biên nhận: không phát hiện gì.\n")
    whole = ["export", "ledger.ndjson", "--keys", "keys.json", "--receipt", "receipt.json"]
    assert checked(*whole) == (0, "Đã kiểm tra 1 mục: không phát hiện gì.\n")
    (tmp_path / "ledger.ndjson").write_text("\n".join(line for line in lines.splitlines() if '"entry"' not in line))
    code, said = checked(*whole)
    assert code == 1
    assert "truncated 1..1" in said
    assert f"receipt_missing {receipt['number']}" in said


async def test_metrics_tell_of_open_tips_and_of_entries_that_wait_to_be_sealed(
    province: Desk, service: Tips, clock: SetClock
) -> None:
    async def told(name: str, **labels: str) -> float | None:
        async with service.database.read() as read:
            await service.measure(read)
        return service.metrics.registry.get_sample_value(f"lanhmanh_{name}", {"service": "tips"} | labels)

    tip = await province.entered()
    await province.entered()
    await province.done(tip, "classify", category="feedback")
    clock.advance(timedelta(hours=3))

    assert await told("ledger_unsealed_age_seconds") == 3 * 3600
    await sealed(province, "seal")
    assert await told("ledger_unsealed_age_seconds") == 0
    states = ("received", "classified", "resolved")
    assert [await told("tips_open", state=state) for state in states] == [1, 1, 0]
