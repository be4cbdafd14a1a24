"""Every acknowledged write and every event accounted for, in the databases and topics themselves.

The product compares its own sets too (`lanhmanh reconcile`); nothing of that is used here.
"""

from __future__ import annotations

import asyncio
import base64
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer
from joserfc.jwk import OKPKey

from contracts.topics import topic_of
from lanhmanh.services import Name
from tests.faults.driver import Driver
from tests.faults.poison import Poison, letters
from tests.faults.world import UNSENT, World, until

READS = {
    Name.REPORTS: (Name.PLANS, Name.TIPS, Name.REFERRALS),
    Name.TIPS: (Name.PLANS,),
    Name.REFERRALS: (Name.PLANS,),
}
"""Whose events each service reads."""
_QUIET_SECONDS = 90.0
"""How long it may take until everything that was told has arrived, once nothing breaks any more."""
_NEAR = 20
"""How many differences are named."""


@dataclass
class Account:
    """What was found: everything but the counts must be empty."""

    acknowledged: int = 0
    events: int = 0
    lost: list[str] = field(default_factory=list)
    """Acknowledged writes and published events that are not where they should be."""
    doubled: list[str] = field(default_factory=list)
    """Effects that there are more than once, or of nothing."""

    def must_be(self, what: str, found: Iterable[Any], expected: Iterable[Any]) -> None:
        """Compare what is there with what must be, as bags: what is missing is lost, what is surplus doubled."""
        there, wanted = Counter(found), Counter(expected)
        self.lost += [f"{what}: {one}" for one in (wanted - there).elements()]
        self.doubled += [f"{what}: {one}" for one in (there - wanted).elements()]

    def ensure_exact(self) -> None:
        """Fail with what is lost or doubled."""
        assert not self.lost, f"{len(self.lost)} lost: {self.lost[:_NEAR]}"
        assert not self.doubled, f"{len(self.doubled)} doubled: {self.doubled[:_NEAR]}"


async def account_for(world: World, driver: Driver, poison: Poison) -> Account:
    """Wait until all has arrived, and compare what was acknowledged, what was told, and what took effect."""
    await _settled(world, poison)
    return await compared(world, driver, poison)


async def compared(world: World, driver: Driver, poison: Poison) -> Account:
    """Compare them as they are."""
    account = Account(acknowledged=len(driver.ledger.receipts))
    await _receipts(world, driver, account)
    told = {name: await _told(world, name) for name in Name}
    account.events = sum(len(events) for events in told.values())
    await _events(world, told, poison, account)
    await _effects(world, told, account)
    return account


async def _settled(world: World, poison: Poison) -> None:
    """Return when all that was told is sent and handled."""
    async with asyncio.timeout(_QUIET_SECONDS):
        await until(lambda: _is_settled(world, poison), look_seconds=0.2)


async def _is_settled(world: World, poison: Poison) -> bool:
    told = {name: await _count(world, name, "SELECT count(*) FROM outbox") for name in Name}
    for name in Name:
        if await _count(world, name, UNSENT):
            return False
    for reader, sources in READS.items():
        if await _count(world, reader, "SELECT count(*) FROM inbox") < sum(told[source] for source in sources):
            return False
    return len(poison.put) == await _count(world, Name.REPORTS, "SELECT count(*) FROM dead_letter")


async def _receipts(world: World, driver: Driver, account: Account) -> None:
    """Look for each acknowledged write, with what its receipt says of it."""
    receipts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for key, receipt in driver.ledger.receipts.items():
        receipts[driver.ledger.letters[key].kind].append(receipt)
    tips = await world.ask("tips", "SELECT id::text, number FROM tip")
    account.must_be("tip", map(tuple, tips), ((one["tip_id"], one["number"]) for one in receipts["tip"]))
    account.must_be("numbers", (row["number"] for row in tips), _dense(row["number"] for row in tips))
    reports = await world.ask("reports", "SELECT id::text, state FROM report")
    account.must_be("report", map(tuple, reports), ((one["report_id"], "submitted") for one in receipts["report"]))
    releases = await world.ask("referrals", "SELECT id::text FROM release")
    account.must_be("release", (row[0] for row in releases), (one["release_id"] for one in receipts["release"]))
    plans = await world.ask("plans", "SELECT slug, state FROM plan")
    account.must_be("plan", map(tuple, plans), ((one["slug"], "issued") for one in receipts["plan"]))
    await _signatures(driver, receipts["tip"])


def _dense(numbers: Iterable[str]) -> list[str]:
    """Return the numbers that so many tips of each unit must have."""
    by_unit = Counter(number.rpartition("-")[0] for number in numbers)
    return [f"{unit}-{place:06d}" for unit, count in by_unit.items() for place in range(1, count + 1)]


async def _signatures(driver: Driver, receipts: list[dict[str, Any]]) -> None:
    letter = next(iter(driver.ledger.letters.values()))
    found = await driver.ask("GET", "/v1/tips/receipt-keys", letter)
    assert found is not None
    keys = {one["kid"]: OKPKey.import_key(one).public_key for one in found["keys"]}
    for receipt in receipts:
        key: Any = keys[receipt["key_id"]]
        key.verify(base64.b64decode(receipt["signature"]), receipt["statement"].encode())


async def _events(world: World, told: dict[Name, dict[UUID, str]], poison: Poison, account: Account) -> None:
    """Look for each event in its topic, and in the inbox of each of its readers."""
    for name, events in told.items():
        # Delivery is at least once: an id may be in its topic several times.
        there = await _topic(world, topic_of(name))
        strangers = poison.event_ids if name is Name.TIPS else set()
        account.must_be(f"topic of {name}", there, {str(event) for event in events} | strangers)
    for reader, sources in READS.items():
        handled = await world.ask(reader, "SELECT event_id FROM inbox")
        account.must_be(f"inbox of {reader}", (row[0] for row in handled), (one for s in sources for one in told[s]))
        await _dead(world, reader, poison, account)


async def _dead(world: World, reader: Name, poison: Poison, account: Account) -> None:
    if reader is Name.REPORTS:
        account.must_be("dead letters of reports", await letters(world), poison.put)
    else:
        rows = await world.ask(reader, "SELECT event_id FROM dead_letter")
        account.must_be(f"dead letters of {reader}", (row[0] for row in rows), ())


async def _effects(world: World, told: dict[Name, dict[UUID, str]], account: Account) -> None:
    """Look for the effect of each kind of event in reports."""
    kinds = Counter(kind for events in told.values() for kind in events.values())
    facts = await world.ask("reports", "SELECT tip_id::text FROM tip_history WHERE kind = 1")
    tips = await world.ask("tips", "SELECT id::text FROM tip")
    account.must_be("tip in reports", (row[0] for row in facts), (row[0] for row in tips))
    rows = await _count(world, Name.REPORTS, "SELECT count(*) FROM tip_history")
    of_tips = sum(count for kind, count in kinds.items() if ".tips.tip." in kind)
    account.must_be("facts of tips", range(rows), range(of_tips))
    kept = await world.ask("reports", "SELECT id::text FROM statistics_release")
    released = await world.ask("referrals", "SELECT id::text FROM release")
    account.must_be("release in reports", (row[0] for row in kept), (row[0] for row in released))
    known = await world.ask("reports", "SELECT slug FROM plan WHERE generated_at IS NOT NULL")
    plans = await world.ask("plans", "SELECT slug FROM plan WHERE state = 'issued'")
    account.must_be("plan in reports", (row[0] for row in known), (row[0] for row in plans))


async def _told(world: World, name: Name) -> dict[UUID, str]:
    rows = await world.ask(name, "SELECT event_id, type FROM outbox")
    return {row["event_id"]: row["type"] for row in rows}


async def _count(world: World, name: Name, statement: str) -> int:
    (row,) = await world.ask(name, statement)
    return int(row[0])


async def _topic(world: World, topic: str) -> set[str]:
    """Return the ids of all events in a topic, read from its beginning to its end."""
    reader = AIOKafkaConsumer(topic, bootstrap_servers=world.brokers.address, auto_offset_reset="earliest")
    await reader.start()
    found: set[str] = set()
    try:
        ends = await reader.end_offsets(reader.assignment())
        places = {place for place, end in ends.items() if end > 0}
        while places:
            batch = await reader.getmany(*places, timeout_ms=1000, max_records=5000)
            for record in (one for records in batch.values() for one in records):
                found |= {text.decode() for name, text in record.headers if name == "ce_id"}
            places = {place for place in places if await reader.position(place) < ends[place]}
    finally:
        await reader.stop()
    return found
