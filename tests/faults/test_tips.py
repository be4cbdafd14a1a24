"""Tips under fire: replicas and PostgreSQL are killed on and on, and what was acknowledged is kept, dense and provable.

As a soak 200,000 tips come from 64 callers, and a process is killed every five seconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import pytest

from lanhmanh.ledger_check import check_receipt, keys_of
from lanhmanh.services import Name
from tests.faults.accounting import account_for
from tests.faults.beginning import begin, renew
from tests.faults.conftest import IS_SOAK, Tell
from tests.faults.driver import Driver
from tests.faults.flow import Flow
from tests.faults.ledger import ensure_ledger_holds
from tests.faults.mail import PROVINCE, plan
from tests.faults.of_processes import replica_killed
from tests.faults.of_servers import postgres_killed
from tests.faults.poison import Poison
from tests.faults.stream import Letter
from tests.faults.world import World, running_world
from tests.servers.lease import Lease

TIPS = int(os.environ.get("LANHMANH_TEST_TIPS", "500"))
"""How many are acknowledged at least."""
KILLS = int(os.environ.get("LANHMANH_TEST_TIP_KILLS", "5"))
"""How often a process is killed at least; every fifth time it is PostgreSQL."""
EVERY_SECONDS = 5.0 if IS_SOAK else 1.0
CALLERS = 64
PROVEN = 200 if IS_SOAK else 20
"""Receipts whose proof of inclusion is asked for; all of them are looked up in the export."""
PLAN = "tips-under-fire"
_STANDINGS = """
SELECT CASE WHEN handled_at IS NULL THEN 'running' ELSE 'handled' END
       || CASE WHEN due_at < extract(epoch FROM now()) * 1e6 THEN '_late' ELSE '_in_time' END AS standing,
       count(*) AS tips
FROM tip GROUP BY 1
"""


@dataclass
class Fire:
    """Kills a process every few seconds, and begins to start it again at once."""

    world: World
    tell: Tell
    dice: Random = field(default_factory=Random)
    kills: Counter[str] = field(default_factory=Counter)

    async def burn(self) -> None:
        """Kill on and on. One replica of tips is always left: the next is killed when the last one is back."""
        while True:
            began = time.monotonic()
            is_server = self.kills.total() % 5 == 4
            killed = (
                postgres_killed(self.world, self.dice)
                if is_server
                else replica_killed(Name.TIPS, self.world, self.dice)
            )
            async with killed:
                self.kills["PostgreSQL" if is_server else "tips"] += 1
            await asyncio.sleep(max(0.0, EVERY_SECONDS - (time.monotonic() - began)))


@pytest.mark.usefixtures("servers")
@pytest.mark.asyncio
async def test_every_acknowledged_tip_is_in_the_ledger_whatever_is_killed(own_lease: Lease, tell: Tell) -> None:
    async with running_world(own_lease, small_disk=False, faketime=None) as world:
        mail, envelopes = await asyncio.to_thread(begin, world)
        driver = Driver(world.url, envelopes, [mail.tips] * CALLERS, pause=0)
        fire = Fire(world, tell)
        async with driver.connected():
            await Flow(world, driver, mail).issue(_plan_letter())
            await _stream(driver, fire)
            await world.whole()
            account = await account_for(world, driver, Poison())
            tell(f"{account.acknowledged} acknowledged, {account.events} events, killed {dict(fire.kills)}")
            tell(f"answers: {dict(driver.answers.most_common())}")
            account.ensure_exact()
        receipts = [receipt for receipt in driver.ledger.receipts.values() if "leaf" in receipt]
        await asyncio.to_thread(ensure_ledger_holds, world, receipts)
        await asyncio.to_thread(_ensure_proofs_hold, world, fire.dice.sample(receipts, PROVEN))
        await asyncio.to_thread(renew, world, envelopes)
        await _ensure_indicator_counts_them(world, envelopes.token, len(receipts))


async def _stream(driver: Driver, fire: Fire) -> None:
    """Send tips under fire until there were enough of both."""
    burning = asyncio.create_task(fire.burn())
    began = told = time.monotonic()
    async with driver.sending():
        while len(driver.ledger.receipts) < TIPS or fire.kills.total() < KILLS:
            assert not burning.done(), burning.exception()
            await asyncio.sleep(0.1)
            if time.monotonic() - told > 60:
                told = time.monotonic()
                fire.tell(f"{told - began:.0f} s: {len(driver.ledger.receipts)} tips, {fire.kills.total()} kills")
        burning.cancel()
        with suppress(asyncio.CancelledError):
            await burning


def _plan_letter() -> Letter:
    """Return the draft of a plan whose indicator counts the tips of a province."""
    codes = ("tips.n", "tips.d")
    elements = [{"code": one, "name": one, "kind": "flow", "authoritative": ["police"]} for one in codes]
    indicator = {
        "code": "tips.handled-in-time",
        "name": "Tin xử lý kịp thời",
        "area": "enforcement",
        "source": "tips",
        "measure": {"measure": "ratio", "numerator": [codes[0]], "denominator": [codes[1]]},
    }
    draft = plan(PLAN, {"under": PROVINCE, "kinds": ["commune"], "depth": 1}) | {"indicators": [indicator]}
    draft["elements"] += elements
    return Letter("plan", PLAN, "/v1/plans", json.dumps(draft).encode())


def _ensure_proofs_hold(world: World, receipts: Sequence[dict[str, Any]]) -> None:
    """Ask for the proof of each, as whoever holds the receipt can, and check it by the verifier that stands alone."""
    with httpx.Client(base_url=world.url, timeout=60, trust_env=False) as client:
        keys = keys_of(client.get("/v1/tips/receipt-keys").json())
        for receipt in receipts:
            proof = client.get("/v1/tips/ledger/inclusion", params={"tip_id": receipt["tip_id"]})
            assert check_receipt(receipt, proof.json(), keys) == []


async def _ensure_indicator_counts_them(world: World, token: str, acknowledged: int) -> None:
    """Compare what the plan's board says of tips with a count in the database of tips."""
    asked = {"params": {"plan": PLAN}, "headers": {"Authorization": f"Bearer {token}"}}
    async with httpx.AsyncClient(base_url=world.url, timeout=60, trust_env=False) as client:
        board = (await client.get("/v1/indicators", **asked)).raise_for_status().json()  # type: ignore[arg-type]
    (shown,) = [one["tips"] for one in board["indicators"] if one["code"] == "tips.handled-in-time"]
    counted = {row["standing"]: row["tips"] for row in await world.ask(Name.TIPS, _STANDINGS)}

    assert {standing: count for standing, count in shown.items() if count} == counted
    assert sum(counted.values()) == acknowledged
