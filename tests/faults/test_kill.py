"""`kill -9` in the middle of a stream: what was acknowledged is there, and every event takes effect exactly once."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product as every_pair
from pathlib import Path
from typing import Any

import httpx
from joserfc.jwk import OKPKey

from lanhmanh.api import development_token, scopes_of
from lanhmanh.folder import Folder
from tests.faults.stream import Letter, Stream, reports, tips
from tests.journeys.product import PATIENCE_SECONDS, Running, up

KILLS = int(os.environ.get("LANHMANH_TEST_KILLS", "5"))
"""How often the plug is pulled."""
PLAN = "under-fire-2026"
TOPICS = ("plans", "tips", "referrals")
"""Producers whose events reports consumes."""


def test_acknowledged_writes_survive_kills_at_random_instants_and_events_take_effect_once(tmp_path: Path) -> None:
    dice = random.Random()  # noqa: S311 - instants, not secrets
    data = tmp_path / "data"
    with up(data, "--no-examples") as first:
        units = _begin(first)
        stream = Stream(data, *_sources(units))
        asyncio.run(_until_killed(first, stream, dice))
    for _ in range(KILLS - 1):
        with up(data) as again:
            asyncio.run(_until_killed(again, stream, dice))
    with up(data) as last:
        asyncio.run(_resume(last, stream))
        _settle(last, stream)
        _ensure_reports_are_there(last, stream)
        _ensure_tips_are_there(last, stream)
        asyncio.run(_ensure_repeats_change_nothing(last, stream, dice))
        assert last.stop() == 0

    _ensure_every_event_took_effect_once(data / "databases")
    assert min(stream.ledger.count("report"), stream.ledger.count("tip")) >= KILLS


def _begin(running: Running) -> list[str]:
    """Load the units and issue a plan under which every commune of a province owes a report each month."""
    running.command("units", "load-national", "--bodies", "provinces")
    plan = {
        "slug": PLAN,
        "title": "Kế hoạch chịu lửa",
        "effective_on": "2026-01-05",
        "effective_assumed": True,
        "issuer": "68",
        "from_year": 2026,
        "until_year": 2026,
        "elements": [{"code": "activities.held", "name": "Hoạt động", "kind": "flow", "authoritative": ["commune"]}],
        "indicators": [
            {
                "code": "tips.handled-in-time",
                "name": "Tin xử lý kịp thời",
                "area": "enforcement",
                "source": "tips",
                "measure": {"measure": "ratio", "numerator": ["tips.n"], "denominator": ["tips.d"]},
            }
        ],
        "rules": [
            {
                "code": "monthly",
                "name": "Báo cáo tháng",
                "frequency": "month",
                "due": {"bound": "by", "day": 20},
                "reporters": {"under": "68", "kinds": ["commune"], "depth": 1},
                "receivers": ["68.SYT"],
            }
        ],
    }
    plan["elements"] += [  # type: ignore[operator]
        {"code": code, "name": code, "kind": "flow", "authoritative": ["police"]} for code in ("tips.n", "tips.d")
    ]
    file = running.data / "plan.json"
    file.write_text(json.dumps(plan), "utf-8")
    running.command("plan", "load", str(file))
    answer = _ask(running, "/v1/units", under="68", kind="commune", limit=1000)
    assert answer.status_code == 200, answer.text
    units = [one["code"] for one in answer.json()["items"]]
    _wait(lambda: _count(running, "/v1/obligations", plan=PLAN) >= len(units))
    return units


def _sources(units: list[str]) -> tuple[Iterator[Letter], Iterator[Letter]]:
    months = [f"2026-{number:02d}" for number in range(1, 13)]
    duties = ((unit, month) for month, unit in every_pair(months, units))
    return reports(PLAN, duties), tips(units[:7])


async def _resume(running: Running, stream: Stream) -> None:
    stream.envelopes.token = _token(running)
    await stream.retry(running.url)


async def _until_killed(running: Running, stream: Stream, dice: random.Random) -> None:
    """Send again what nobody answered, stream on, and pull the plug at a random instant."""
    await _resume(running, stream)
    dead = asyncio.Event()
    streaming = asyncio.create_task(stream.run_until(dead, running.url))
    await asyncio.sleep(dice.uniform(0.2, 1.5))
    assert not streaming.done(), "the stream ended before the plug was pulled"
    running.process.kill()
    dead.set()
    await streaming
    await asyncio.to_thread(running.process.wait, PATIENCE_SECONDS)


def _settle(running: Running, stream: Stream) -> None:
    """Wait until reports has heard of every tip."""

    def heard() -> int:
        (tips_shown,) = [one["tips"] for one in _board(running) if one["code"] == "tips.handled-in-time"]
        return sum(tips_shown.values()) if tips_shown else 0

    _wait(lambda: heard() == stream.ledger.count("tip"))


def _ensure_reports_are_there(running: Running, stream: Stream) -> None:
    acknowledged = {receipt["report_id"] for receipt in stream.ledger.receipts.values() if "report_id" in receipt}
    kept = {one["report_id"]: one["state"] for one in _all(running, "/v1/reports", plan=PLAN)}

    assert kept.keys() == acknowledged
    assert set(kept.values()) == {"submitted"}
    counts = _ask(running, "/v1/compliance", plan=PLAN).json()["counts"]
    assert counts["on_time"] + counts["late"] == len(acknowledged)


def _ensure_tips_are_there(running: Running, stream: Stream) -> None:
    receipts = [receipt for receipt in stream.ledger.receipts.values() if "number" in receipt]
    kept = {one["tip_id"]: one["number"] for one in _all(running, "/v1/tips")}

    assert kept == {receipt["tip_id"]: receipt["number"] for receipt in receipts}
    by_unit = Counter(number.rsplit("-", 1)[0] for number in kept.values())
    assert set(kept.values()) == {f"{unit}-{place:06d}" for unit, n in by_unit.items() for place in range(1, n + 1)}
    keys = {one["kid"]: OKPKey.import_key(one) for one in _ask(running, "/v1/tips/receipt-keys").json()["keys"]}
    for receipt in receipts:
        key: Any = keys[receipt["key_id"]].public_key
        key.verify(base64.b64decode(receipt["signature"]), receipt["statement"].encode())


async def _ensure_repeats_change_nothing(running: Running, stream: Stream, dice: random.Random) -> None:
    """Whoever was answered before a kill, and asks again after it, gets the same answer."""
    for key in dice.sample(sorted(stream.ledger.letters), k=min(20, len(stream.ledger.letters))):
        answer = await stream.send_again(running.url, stream.ledger.letters[key])
        assert (answer.status_code, answer.headers.get("idempotent-replayed")) == (201, "true")
        assert answer.json() == stream.ledger.receipts[key]


def _ensure_every_event_took_effect_once(databases: Path) -> None:
    """Compare sets: the events that were published with those that took effect, in the databases themselves."""
    told = {event for name in TOPICS for event in _column(databases / f"{name}.db", "outbox", "event_id")}
    handled = _column(databases / "reports.db", "inbox", "event_id")

    assert len(handled) == len(set(handled))
    assert set(handled) == told
    assert _column(databases / "reports.db", "dead_letter", "event_id") == []
    received = [row for row in _rows(databases / "tips.db", "SELECT type FROM outbox") if "tip.received" in row[0]]
    assert len(received) == len(_rows(databases / "tips.db", "SELECT id FROM tip"))
    facts = _rows(databases / "reports.db", "SELECT tip_id FROM tip_history")
    assert len(facts) == len(set(facts)) == len(received)


def _column(file: Path, table: str, column: str) -> list[Any]:
    return [row[0] for row in _rows(file, f"SELECT {column} FROM {table}")]  # noqa: S608 - names of this module


def _rows(file: Path, statement: str) -> list[Any]:
    connection = sqlite3.connect(file)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def _token(running: Running) -> str:
    return _token_at(running.data, running.url)


@cache
def _token_at(data: Path, url: str) -> str:
    """Return a token of the product on a folder: it is good for an hour, also after a restart at the same address."""
    here = Folder(data)
    return development_token(here, url, unit="VN", scopes=scopes_of())


def _ask(running: Running, path: str, **query: str | int) -> httpx.Response:
    headers = {"Authorization": f"Bearer {_token(running)}"}
    return httpx.get(f"{running.url}{path}", params=query, headers=headers, timeout=PATIENCE_SECONDS)


def _board(running: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _ask(running, "/v1/indicators", plan=PLAN).json()["indicators"]
    return found


def _all(running: Running, path: str, **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = _ask(running, path, **query, limit=1000, **({"cursor": cursor} if cursor else {})).json()
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def _count(running: Running, path: str, **query: str) -> int:
    answer = _ask(running, path, **query, limit=1000)
    return len(answer.json()["items"]) if answer.is_success else 0


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)
