"""The product as in production under every fault: what was acknowledged is there, and every event took effect once."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from random import Random

import pytest

from tests.faults.accounting import Account, account_for, compared
from tests.faults.beginning import begin, renew
from tests.faults.conftest import IS_SOAK, Tell
from tests.faults.damage import DAMAGES
from tests.faults.driver import Driver
from tests.faults.fault import Fault
from tests.faults.flow import Flow
from tests.faults.ledger import ensure_ledger_holds
from tests.faults.mail import PROVINCE, plan_letter
from tests.faults.matrix import Matrix
from tests.faults.of_keys import ensure_rewrapped, key_faults
from tests.faults.of_processes import process_faults
from tests.faults.of_servers import server_faults
from tests.faults.poison import Poison
from tests.faults.reconciled import reconciled
from tests.faults.world import World, running_world
from tests.servers.lease import Lease
from tests.servers.plugin import find
from tests.servers.set_clock import find_faketime
from tests.servers.small_disk import try_disk

ROUNDS = int(os.environ.get("LANHMANH_TEST_FAULTS", "1"))
"""How often every kind is injected at least."""
WRITES = int(os.environ.get("LANHMANH_TEST_WRITES", "0"))
"""How many writes are acknowledged at least."""
MINUTES = float(os.environ.get("LANHMANH_TEST_MINUTES", "inf"))
"""After how many minutes no further round begins."""
AWAY_SECONDS = 15.0 if IS_SOAK else 3.0
"""How long a consumer is away."""
OUTAGE_SECONDS = 6.0 if IS_SOAK else 2.0
"""How long more brokers than can be spared are away."""
CALLERS = 16 if IS_SOAK else 8
PAUSE_SECONDS = 0.1 if IS_SOAK else 0.4
"""Of each caller, after each letter: the product shall be busy, and not late because of it."""


@pytest.mark.usefixtures("servers")
@pytest.mark.asyncio
async def test_nothing_acknowledged_is_lost_and_no_effect_doubled_whatever_fails(
    own_lease: Lease, pytestconfig: pytest.Config, tell: Tell
) -> None:
    started = time.monotonic()
    disk = find(pytestconfig, "A small disk", try_disk)
    faketime = find(pytestconfig, "libfaketime", find_faketime)
    poison = Poison()
    faults = [
        *process_faults(away_seconds=AWAY_SECONDS, with_clocks=faketime is not None),
        *server_faults(outage_seconds=OUTAGE_SECONDS, with_small_disk=disk is not None),
        *key_faults(),
        *poison.faults(),
    ]
    library = None if faketime is None else faketime.address
    async with running_world(own_lease, small_disk=disk is not None, faketime=library) as world:
        mail, envelopes = await asyncio.to_thread(begin, world)
        sources = [mail.tips if caller % 8 else mail.reports_or_tips() for caller in range(CALLERS)]
        driver = Driver(world.url, envelopes, sources, pause=PAUSE_SECONDS)
        flow = Flow(world, driver, mail)
        matrix = Matrix(world, flow, Random(), tell, rest=IS_SOAK)  # noqa: S311 - instants, not secrets
        tell(f"begins after {time.monotonic() - started:.1f} s")
        async with driver.connected():
            await _stream(matrix, flow, faults)
            account = await account_for(world, driver, poison)
            code, said = await reconciled(world)
            tell(_report(matrix, faults, account, driver))
            tell(said)
            account.ensure_exact()
            assert code == 0, said
            receipts = [receipt for receipt in driver.ledger.receipts.values() if "leaf" in receipt]
            assert receipts
            await ensure_rewrapped(world)
            await asyncio.to_thread(ensure_ledger_holds, world, receipts)
            await _ensure_damage_is_noticed(world, driver, poison)
    assert not IS_SOAK or not matrix.recoveries.slow(faults)


async def _stream(matrix: Matrix, flow: Flow, faults: Sequence[Fault]) -> None:
    """Stream on, and inject every kind of fault, until there was enough of both."""
    began = time.monotonic()
    rounds = 0
    async with flow.driver.sending():
        while rounds < ROUNDS or len(flow.driver.ledger.receipts) < WRITES:
            renew(flow.world, flow.driver.envelopes)
            plan = plan_letter(f"round-{rounds}", {"under": PROVINCE, "kinds": ["commune"], "depth": 1})
            await flow.issue(plan)
            flow.mail.owe(plan.key)
            await matrix.go_through(faults)
            rounds += 1
            if time.monotonic() - began > MINUTES * 60:
                break


async def _ensure_damage_is_noticed(world: World, driver: Driver, poison: Poison) -> None:
    """Damage what was just found to be whole: who says that nothing is lost must be able to say that something is."""
    planted = [await damage(world) for damage in DAMAGES]

    account = await compared(world, driver, poison)
    code, said = await reconciled(world)

    for one in planted:
        assert one.noticed_by(account), f"{one.name} was not noticed: {account.lost}, {account.doubled}"
        assert one.named is None or one.named in said, f"reconcile does not name {one.named}: {said}"
    assert code == 1


def _report(matrix: Matrix, faults: Sequence[Fault], account: Account, driver: Driver) -> str:
    kinds = {kind: driver.ledger.count(kind) for kind in ("tip", "report", "release", "plan")}
    return "\n".join(
        [
            "",
            matrix.recoveries.table(faults),
            f"writes acknowledged: {account.acknowledged} ({kinds})",
            f"answers: {dict(driver.answers.most_common())}",
            f"events: {account.events}; lost: {len(account.lost)}; duplicated effects: {len(account.doubled)}",
        ]
    )
