"""What lies in a topic, seen from outside of all groups, and the reconciliation that compares with it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from sqlalchemy import delete, insert, select

from kernel.clock import SetClock, SystemClock
from runtime.bus import Listed, Message, Position
from runtime.bus.binary_mode import UNREADABLE
from runtime.bus.kafka_settings import KafkaUnavailable
from runtime.comparison import Comparison, Element, Fact, Reconciliation, Told
from runtime.consumer import Consumer, On
from runtime.database import Read, Write
from runtime.database.outbox import IN_ORDER, events_after, outbox, sent_through
from runtime.dead_letter import list_unsent, put_aside
from runtime.inbox import inbox
from runtime.reconciliation.compare import reconcile
from runtime.reference import Reference
from runtime.service import Service
from runtime.singletons import run_alone
from runtime.telemetry.metrics import Metrics
from tests.rig import MORNING, Tokens
from tests.runtime.bus.harbour import PATIENCE_SECONDS, BellRung, Harbour

pytestmark = pytest.mark.asyncio

only_kafka = pytest.mark.parametrize("harbour", ["kafka"], indirect=True)


async def hear_nothing(bell: BellRung, tx: Write) -> None:
    """Do nothing: that it was heard is noted by the inbox."""


@pytest.fixture
def service(harbour: Harbour, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Tells what its outbox tells, and hears its own topic."""
    monkeypatch.setattr("runtime.reconciliation.compare.topic_of", lambda _: harbour.topic)

    async def told(read: Read, after: int) -> Told:
        rows = await read.execute(select(outbox).where(outbox.c.revision > after))
        return Told(Counter(Fact(row.type, row.key, row.revision) for row in rows))

    metrics = Metrics("harbour")
    consumer = Consumer(
        "pilot",
        harbour.topic,
        [On(harbour.event, hear_nothing)],
        database=harbour.producer,
        bus=harbour.bus,
        metrics=metrics,
    )
    return Service(
        name="harbour",
        clock=SystemClock(),
        database=harbour.producer,
        migrations=Path("of no service"),
        reference=Reference(harbour.producer),
        verifier=Tokens(SetClock(MORNING)).verifier(),
        bus=harbour.bus,
        metrics=metrics,
        digest_secret=b"",
        consumers=[consumer],
        told=told,
    )


@asynccontextmanager
async def listening(service: Service) -> AsyncIterator[None]:
    """Run the service's consumer, and leave the block when it has come to the end."""
    (consumer,) = service.consumers
    running = asyncio.create_task(run_alone(service.database, [consumer.run], lock="consumers"))
    try:
        yield
        async with asyncio.timeout(PATIENCE_SECONDS):
            await consumer.subscribed.wait()
            while await consumer.lag():  # noqa: ASYNC110 - the brokers keep how far it has come, and ring no bell
                await asyncio.sleep(0.05)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def relayed(harbour: Harbour) -> None:
    """Wait until every event and every dead letter is sent, where it has to be."""
    if harbour.bus.publisher() is None:
        return
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            async with harbour.producer.read() as read:
                events = await read.execute(events_after(await sent_through(read.connection)))
                if not (events.all() or await list_unsent(read.connection, 1)):
                    return
            await asyncio.sleep(0.05)


async def ring_and_hear(harbour: Harbour, service: Service, count: int) -> None:
    await harbour.ring(*((f"tàu {number}", number) for number in range(count)))
    await relayed(harbour)
    async with listening(service):
        pass


async def event_ids(harbour: Harbour) -> list[UUID]:
    async with harbour.producer.read() as read:
        return list((await read.execute(select(outbox.c.event_id).order_by(outbox.c.ordinal))).scalars())


def between(found: Reconciliation, left: str, right: str) -> Comparison:
    (one,) = [one for one in found.comparisons if (one.left, one.right) == (left, right)]
    return one


def ids(elements: Sequence[Element]) -> set[UUID | None]:
    return {one.event_id for one in elements}


async def test_a_topic_lists_every_event_and_how_far_its_consumer_has_come(harbour: Harbour, service: Service) -> None:
    await ring_and_hear(harbour, service, 20)
    await harbour.ring(("tàu cuối", 99))
    await relayed(harbour)

    listed: list[Listed] = [
        one async for one in harbour.bus.contents(harbour.topic, reader=service.database, consumer="pilot")
    ]

    assert {one.event_id for one in listed} == set(await event_ids(harbour))
    assert {one.key for one in listed if not one.is_passed} == {"tàu cuối"}


async def test_a_topic_lists_what_was_told_since_an_instant(harbour: Harbour) -> None:
    await harbour.ring(("sớm", 1))
    border = SystemClock().now()
    await harbour.ring(("muộn", 2))
    await relayed(harbour)

    late = [one.key async for one in harbour.bus.contents(harbour.topic, since=border)]
    later = [one.key async for one in harbour.bus.contents(harbour.topic, since=border + timedelta(days=1))]

    assert (late, later) == (["muộn"], [])


async def test_what_went_its_way_is_no_difference(harbour: Harbour, service: Service) -> None:
    await ring_and_hear(harbour, service, 30)

    found = await reconcile(service, None)

    assert (found.differences, found.unsent, found.unhandled) == (0, 0, 0)
    assert between(found, harbour.topic, "inbox").compared == 30


async def test_an_event_that_the_consumer_skipped_is_named(harbour: Harbour, service: Service) -> None:
    await ring_and_hear(harbour, service, 5)
    skipped = (await event_ids(harbour))[2]
    await service.database.mark(lambda own: own.execute(delete(inbox).where(inbox.c.event_id == skipped)))

    found = await reconcile(service, None)

    assert ids(between(found, harbour.topic, "inbox").missing) == {skipped}
    assert found.differences == 1


@only_kafka
async def test_an_event_that_was_marked_and_never_sent_is_named(harbour: Harbour, service: Service) -> None:
    await ring_and_hear(harbour, service, 5)
    lost = UUID(int=5)
    await forge(harbour, lost)

    found = between(await reconcile(service, None), "outbox", harbour.topic)

    assert (ids(found.missing), found.surplus) == ({lost}, [])


@only_kafka
async def test_a_record_that_nobody_told_is_named(harbour: Harbour, service: Service, kafka: str) -> None:
    await ring_and_hear(harbour, service, 3)
    async with AIOKafkaProducer(bootstrap_servers=kafka) as stranger:
        await stranger.send_and_wait(harbour.topic, b"SOS")
    async with listening(service):
        pass

    found = await reconcile(service, SystemClock().now() - timedelta(hours=1))

    surplus = between(found, "outbox", harbour.topic).surplus
    assert [one.type for one in surplus] == [UNREADABLE]
    # Its reader put it aside at once: it is neither lost nor handled.
    assert found.put_aside == [surplus[0].event_id]
    assert found.differences == 1


@only_kafka
@pytest.mark.parametrize("question", ["start", "end_offsets", "position", "list_consumer_group_offsets"])
async def test_a_client_that_waits_for_ever_for_an_answer_is_given_up(
    harbour: Harbour, service: Service, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    await ring_and_hear(harbour, service, 1)
    monkeypatch.setattr("runtime.bus.kafka_contents._PATIENCE_SECONDS", 0.5)
    client = AIOKafkaAdminClient if question.startswith("list") else AIOKafkaConsumer
    monkeypatch.setattr(client, question, for_ever)

    with pytest.raises(KafkaUnavailable):
        async with asyncio.timeout(PATIENCE_SECONDS):
            [one async for one in harbour.bus.contents(harbour.topic, reader=service.database, consumer="pilot")]


@only_kafka
async def test_a_client_that_does_not_end_holds_nobody_up(
    harbour: Harbour, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ring_and_hear(harbour, service, 1)
    stop = AIOKafkaConsumer.stop

    async def stop_and_wait(client: AIOKafkaConsumer) -> None:
        await stop(client)
        await for_ever()

    monkeypatch.setattr(AIOKafkaConsumer, "stop", stop_and_wait)

    async with asyncio.timeout(PATIENCE_SECONDS):
        listed = [one.key async for one in harbour.bus.contents(harbour.topic)]

    assert listed == ["tàu 0"]


async def for_ever(*_: object) -> None:
    await asyncio.Event().wait()


@only_kafka
async def test_a_dead_letter_goes_to_the_topic_of_dead_letters_once(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    graveyard = f"{harbour.topic}.dead"
    monkeypatch.setattr("runtime.relay.dead_topic_of", lambda _: graveyard)
    lost = Message(
        topic="lanhmanh.tides",
        key="triều",
        event_id=uuid4(),
        type="vn.lanhmanh.tides.tide.turned.v1",
        source="/lanhmanh/tides",
        time=MORNING,
        data=b'{"height": 3}',
        position=Position("0", 7),
    )
    at = SystemClock().now()
    await harbour.producer.mark(lambda own: put_aside(own, "pilot", lost, failure="ValueError", tries=8, at=at))
    await relayed(harbour)

    there = [one async for one in harbour.bus.contents(graveyard)]

    assert [(one.event_id, one.type, one.key) for one in there] == [(lost.event_id, lost.type, lost.key)]


async def forge(harbour: Harbour, event_id: UUID) -> None:
    """Put an event into the outbox, among those that are sent, that looks like another one."""
    async with harbour.producer.read() as read:
        row = (await read.execute(select(outbox).order_by(*IN_ORDER).limit(1))).mappings().one()
    again = {**row, "ordinal": -1, "event_id": event_id}
    await harbour.producer.mark(lambda own: own.execute(insert(outbox).values(again)))
