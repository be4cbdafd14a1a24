"""What only Apache Kafka can do: places that outlive replicas, brokers that hang, topics that must be made."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ssl import SSLContext
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.commit import OffsetFetchRequest, OffsetFetchResponse_v3
from pydantic import SecretStr

from kernel.clock import SystemClock
from lanhmanh.cluster.ports import free_port
from runtime.bus import Message, Position
from runtime.bus.binary_mode import UNREADABLE, to_headers
from runtime.bus.kafka import KafkaBus
from runtime.bus.kafka_publisher import KafkaPublisher
from runtime.bus.kafka_settings import CONSUMER, PRODUCER, KafkaSettings, KafkaUnavailable
from runtime.bus.kafka_subscription import KafkaSubscription
from runtime.bus.kafka_topics import Difference, Topics
from runtime.database import Database, Settings
from tests.runtime.bus.harbour import PATIENCE_SECONDS, hear
from tests.servers.plugin import OwnBroker


def a_message(*, topic: str, key: str = "Hồng Hà", data: bytes = b"{}") -> Message:
    return Message(
        topic=topic,
        key=key,
        event_id=uuid4(),
        type="vn.lanhmanh.harbour.bell.rung.v1",
        source="/lanhmanh/harbour",
        time=datetime(2025, 6, 14, 16, 59, 59, 999_999, tzinfo=UTC),
        data=data,
        position=Position("outbox", 1),
    )


def settings_for(address: str) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=address, replication=1)


def topics_of(address: str, partitions: Mapping[str, int]) -> Topics:
    return Topics(settings_for(address), partitions, service="harbour")


async def subscribe(address: str, topic: str, *, partitions: int = 1) -> KafkaSubscription:
    """Subscribe as one more replica of the pilot."""
    untouched = Database(Settings(url="sqlite+aiosqlite:///untouched.db"), service="pilot", clock=SystemClock())
    return await KafkaBus(settings_for(address), service="harbour", partitions={topic: partitions}).subscribe(
        "pilot", topic, untouched
    )


async def hear_until(subscription: KafkaSubscription, event_ids: set[UUID]) -> dict[UUID, Message]:
    """Fetch until these have come, some perhaps twice; return each with its first place in the order."""
    heard: dict[UUID, Message] = {}
    while heard.keys() != event_ids:
        for message in await hear(subscription, 1):
            heard.setdefault(message.event_id, message)
    return heard


@asynccontextmanager
async def publishing(address: str, topic: str, *, partitions: int = 1) -> AsyncIterator[KafkaPublisher]:
    publisher = KafkaPublisher(settings_for(address), topics_of(address, {topic: partitions}), send_seconds=1.0)
    try:
        yield publisher
    finally:
        await publisher.close()


@asynccontextmanager
async def administering(address: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


@pytest.fixture
def topic() -> str:
    """A topic of this test's own: the broker still has those of earlier tests."""
    return f"harbour-{uuid4().hex[:12]}"


def test_a_message_counts_as_sent_when_all_replicas_in_sync_have_it_and_is_kept_once() -> None:
    assert (PRODUCER["acks"], PRODUCER["enable_idempotence"]) == ("all", True)


def test_offsets_follow_transactions_and_a_new_consumer_starts_at_the_beginning() -> None:
    pinned = ("enable_auto_commit", "auto_offset_reset", "isolation_level")

    assert [CONSUMER[name] for name in pinned] == [False, "earliest", "read_committed"]


@pytest.mark.parametrize("settings", [PRODUCER, CONSUMER], ids=["producer", "consumer"])
def test_a_client_looks_for_other_brokers_after_seconds(settings: Mapping[str, Any]) -> None:
    assert (settings["request_timeout_ms"], settings["metadata_max_age_ms"]) == (2_000, 3_000)


def test_every_client_is_told_how_to_be_let_in() -> None:
    settings = KafkaSettings(
        bootstrap_servers="kafka-1:9093,kafka-2:9093",
        security_protocol="SASL_SSL",
        sasl_username="reports",
        sasl_password=SecretStr("thuyền-về-bến"),
    )

    given = settings.client()

    assert isinstance(given.pop("ssl_context"), SSLContext)
    assert given == {
        "bootstrap_servers": "kafka-1:9093,kafka-2:9093",
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "reports",
        "sasl_plain_password": "thuyền-về-bến",
    }
    assert "thuyền-về-bến" not in repr(settings)


@pytest.mark.asyncio
async def test_a_missing_topic_is_made_to_keep_everything_for_ever(kafka: str, topic: str) -> None:
    await topics_of(kafka, {topic: 2}).ensure()

    async with administering(kafka) as admin:
        (described,) = await admin.describe_topics([topic])
        (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    kept = {name: value for name, value, *_ in answer.resources[0][4]}
    assert len(described["partitions"]) == 2
    assert [kept[name] for name in ("retention.ms", "retention.bytes", "cleanup.policy")] == ["-1", "-1", "delete"]


@pytest.mark.asyncio
async def test_a_topic_that_is_otherwise_than_declared_is_told_and_left_as_it_is(kafka: str, topic: str) -> None:
    async with administering(kafka) as admin:
        forgetful = {"retention.ms": "604800000", "retention.bytes": "-1", "max.message.bytes": "8388608"}
        await admin.create_topics([NewTopic(topic, 1, 1, topic_configs=forgetful)])
    declared = topics_of(kafka, {topic: 3})

    await declared.ensure()

    assert set(declared.differences) == {
        Difference(topic, "partitions", "3", "1"),
        Difference(topic, "retention.ms", "-1", "604800000"),
    }
    async with administering(kafka) as admin:
        (described,) = await admin.describe_topics([topic])
    assert len(described["partitions"]) == 1


@pytest.mark.asyncio
async def test_a_topic_as_declared_is_no_difference(kafka: str, topic: str) -> None:
    await topics_of(kafka, {topic: 2}).ensure()
    again = topics_of(kafka, {topic: 2})

    await again.ensure()

    assert again.differences == []


@pytest.mark.asyncio
async def test_replicas_that_start_together_make_a_topic_together(kafka: str, topic: str) -> None:
    await asyncio.gather(*(topics_of(kafka, {topic: 1}).ensure() for _ in range(4)))

    async with administering(kafka) as admin:
        assert topic in await admin.list_topics()


@pytest.mark.asyncio
async def test_what_a_replica_did_not_commit_comes_to_the_one_that_takes_over(kafka: str, topic: str) -> None:
    sent = [a_message(topic=topic, key=f"ship {number}") for number in range(10)]
    leaving = await subscribe(kafka, topic, partitions=2)
    async with publishing(kafka, topic, partitions=2) as publisher:
        await publisher.send(sent)
    heard = await hear(leaving, 10)
    (first, *_) = (one for one in heard if one.position.stream == "0")
    await leaving.commit([first])
    await leaving.close()

    following = await subscribe(kafka, topic, partitions=2)
    again = await hear(following, 9)

    await following.close()
    assert {one.event_id for one in again} == {one.event_id for one in sent} - {first.event_id}


@pytest.mark.asyncio
async def test_what_is_fetched_at_once_keeps_the_order_of_each_key(kafka: str, topic: str) -> None:
    sent = [a_message(topic=topic, key=f"ship {number % 6}", data=b"%d" % number) for number in range(60)]
    async with publishing(kafka, topic, partitions=3) as publisher:
        await publisher.send(sent)
    subscription = await subscribe(kafka, topic, partitions=3)

    batches: list[Sequence[Message]] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while sum(len(batch) for batch in batches) < len(sent):
            batches.append(await subscription.fetch(7))

    await subscription.close()
    assert max(len(batch) for batch in batches) <= 7
    for ship in range(6):
        heard = [int(one.data) for batch in batches for one in batch if one.key == f"ship {ship}"]
        assert heard == list(range(ship, 60, 6))


@pytest.mark.asyncio
async def test_a_commit_that_is_refused_because_a_group_reads_too_stops_nobody(kafka: str, topic: str) -> None:
    async with publishing(kafka, topic) as publisher:
        await publisher.send([a_message(topic=topic)])
    async with AIOKafkaConsumer(topic, group_id=f"pilot.{topic}", bootstrap_servers=kafka, **CONSUMER):
        subscription = await subscribe(kafka, topic)
        (last,) = await hear(subscription, 1)

        await subscription.commit([last])

        assert await subscription.lag() == 1
        await subscription.close()


@pytest.mark.asyncio
async def test_place_is_kept_though_the_brokers_are_still_loading_the_offsets(
    kafka: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled, next_one = a_message(topic=topic), a_message(topic=topic)
    async with publishing(kafka, topic) as publisher:
        await publisher.send([handled])
        leaving = await subscribe(kafka, topic)
        await leaving.commit(await hear(leaving, 1))
        await leaving.close()
        await publisher.send([next_one])
    refusals, ask = [14, 16], AIOKafkaClient.send

    async def send(client: AIOKafkaClient, node: int, request: Any, **how: Any) -> Any:
        if isinstance(request, OffsetFetchRequest) and refusals:
            return OffsetFetchResponse_v3(0, [], refusals.pop())
        return await ask(client, node, request, **how)

    monkeypatch.setattr(AIOKafkaClient, "send", send)
    following = await subscribe(kafka, topic)

    assert [message.event_id for message in await hear(following, 1)] == [next_one.event_id]
    assert refusals == []
    await following.close()


@pytest.mark.asyncio
async def test_partitions_that_are_added_are_noticed(kafka: str, topic: str) -> None:
    subscription = await subscribe(kafka, topic)
    async with administering(kafka) as admin:
        await admin.create_partitions({topic: NewPartitions(total_count=2)})

    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(KafkaUnavailable, match="more partitions"):
            await subscription.fetch(1)

    await subscription.close()


@pytest.mark.asyncio
async def test_what_was_fetched_and_not_committed_is_still_to_be_handled(kafka: str, topic: str) -> None:
    async with publishing(kafka, topic) as publisher:
        await publisher.send([a_message(topic=topic) for _ in range(5)])
    subscription = await subscribe(kafka, topic)
    heard = await hear(subscription, 5)
    await subscription.commit([heard[1]])

    assert await subscription.lag() == 3
    await subscription.close()


@pytest.mark.asyncio
async def test_a_message_of_an_aborted_transaction_is_never_read(kafka: str, topic: str) -> None:
    await topics_of(kafka, {topic: 1}).ensure()
    async with AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=f"{topic}-stranger") as stranger:
        await stranger.begin_transaction()
        await stranger.send_and_wait(topic, b'"aborted"', headers=to_headers(a_message(topic=topic)))
        await stranger.abort_transaction()
    async with publishing(kafka, topic) as publisher:
        await publisher.send([a_message(topic=topic, data=b'"committed"')])

    subscription = await subscribe(kafka, topic)

    assert [message.data for message in await hear(subscription, 1)] == [b'"committed"']
    await subscription.close()


@pytest.mark.asyncio
async def test_a_record_that_is_no_event_does_not_block_its_partition(kafka: str, topic: str) -> None:
    await topics_of(kafka, {topic: 1}).ensure()
    async with AIOKafkaProducer(bootstrap_servers=kafka) as stranger:
        await stranger.send_and_wait(topic, b"SOS")
    async with publishing(kafka, topic) as publisher:
        await publisher.send([a_message(topic=topic)])
    subscription = await subscribe(kafka, topic)

    heard = await hear(subscription, 2)

    await subscription.close()
    assert [message.type for message in heard] == [UNREADABLE, "vn.lanhmanh.harbour.bell.rung.v1"]


@pytest.mark.asyncio
async def test_a_broker_that_does_not_answer_is_something_to_wait_for() -> None:
    nobody = f"127.0.0.1:{free_port()}"

    async with publishing(nobody, "harbour") as publisher:
        with pytest.raises(KafkaUnavailable):
            await publisher.send([a_message(topic="harbour")])
    with pytest.raises(KafkaUnavailable):
        await subscribe(nobody, "harbour")


@pytest.mark.asyncio
async def test_a_publisher_whose_broker_hung_sends_again_with_a_new_producer(own_kafka: OwnBroker, topic: str) -> None:
    before, during, after = (a_message(topic=topic, data=data) for data in (b"1", b"2", b"3"))
    async with publishing(own_kafka.address, topic) as publisher:
        await publisher.send([before])
        os.kill(own_kafka.pid, signal.SIGSTOP)
        try:
            with pytest.raises(KafkaUnavailable):
                await publisher.send([during])
        finally:
            os.kill(own_kafka.pid, signal.SIGCONT)
        await publisher.send([during, after])
    subscription = await subscribe(own_kafka.address, topic)

    # What hung may have been kept too: the reader's inbox drops the second copy.
    heard = await hear_until(subscription, {message.event_id for message in (before, during, after)})

    await subscription.close()
    assert [message.data for message in heard.values()] == [b"1", b"2", b"3"]


def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the watchdog look several times a second from here on. A client that begins is given its time."""
    monkeypatch.setattr("runtime.bus.kafka_watchdog._PAUSE_SECONDS", 0.2)


@pytest.mark.asyncio
async def test_a_client_that_stalls_while_messages_wait_is_noticed(
    kafka: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = await subscribe(kafka, topic)
    async with publishing(kafka, topic) as publisher:
        await publisher.send([a_message(topic=topic)])
        await hear(subscription, 1)
        look_often(monkeypatch)
        # From here on it asks for no messages any more, and says nothing of it.
        subscription._client.pause(*subscription._client.assignment())
        await publisher.send([a_message(topic=topic)])

    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(KafkaUnavailable, match="stalled"):
            await subscription.fetch(1)

    await subscription.close()


@pytest.mark.asyncio
async def test_a_partition_that_stalls_while_the_others_go_on_is_noticed(
    kafka: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_often(monkeypatch)
    subscription = await subscribe(kafka, topic, partitions=2)
    subscription._client.pause(TopicPartition(topic, 0))

    async def keep_sending(publisher: KafkaPublisher) -> None:
        while True:
            await publisher.send([a_message(topic=topic, key=f"tàu {number}") for number in range(10)])
            await asyncio.sleep(0.05)

    async def keep_fetching() -> None:
        while True:
            await subscription.fetch(1000)

    async with publishing(kafka, topic, partitions=2) as publisher:
        sending = asyncio.create_task(keep_sending(publisher))
        async with asyncio.timeout(PATIENCE_SECONDS):
            with pytest.raises(KafkaUnavailable, match="stalled"):
                await keep_fetching()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)

    await subscription.close()


@pytest.mark.asyncio
async def test_messages_that_wait_because_others_are_handled_are_no_stall(
    kafka: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_often(monkeypatch)
    subscription = await subscribe(kafka, topic)
    sent = [a_message(topic=topic) for _ in range(3)]
    async with publishing(kafka, topic) as publisher:
        await publisher.send(sent)

    heard = []
    for _ in sent:
        heard += [message.event_id for message in await subscription.fetch(1)]
        # As long as five looks. Nothing is asked for meanwhile.
        await asyncio.sleep(1.0)

    assert heard == [message.event_id for message in sent]
    await subscription.close()


@pytest.mark.asyncio
async def test_a_topic_in_which_nothing_happens_is_no_stall(
    kafka: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = await subscribe(kafka, topic)
    look_often(monkeypatch)
    quiet = asyncio.create_task(subscription.fetch(1))
    await asyncio.sleep(2)

    async with publishing(kafka, topic) as publisher:
        await publisher.send([a_message(topic=topic, data=b'"at last"')])

    assert [message.data for message in await quiet] == [b'"at last"']
    await subscription.close()
