"""The bus of production: Apache Kafka, with settings under which nothing acknowledged is lost.

Every error of the client leaves here as `KafkaUnavailable`, an `OSError`: wait and try again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from ssl import SSLContext, create_default_context
from typing import Any, Literal

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError, TopicAlreadyExistsError, for_code
from pydantic import BaseModel, FilePath, SecretStr
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.bus.binary_mode import from_record, to_headers
from runtime.bus.message import Message
from runtime.database import Database

_CLIENT = {
    # With the client's own 40 s and 5 min, a broker that hangs holds everything up until it comes back;
    # with these, the client has found the others after 6 s.
    "request_timeout_ms": 5_000,
    "metadata_max_age_ms": 3_000,
}
PRODUCER = {
    **_CLIENT,
    "acks": "all",
    "enable_idempotence": True,
    "max_request_size": 8 * 1024 * 1024,
    # The client sends one batch at a time: with its own 16 KiB, the relay would wait for some 30 in a row.
    "max_batch_size": 512 * 1024,
}
"""Settings of every producer: a message counts as sent when all replicas in sync have it, and is kept once."""
CONSUMER = {
    **_CLIENT,
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "isolation_level": "read_committed",
    # A replica learns by its next heartbeat that another joins; all stand still until every one has answered.
    "heartbeat_interval_ms": 1_000,
}
"""Settings of every consumer: offsets follow transactions, and a new consumer starts at the beginning."""

SEND_SECONDS = 15.0
"""How long a batch may wait for its acknowledgement before its producer is given up for a new one."""


class KafkaUnavailable(OSError):
    """Kafka does not answer, or does not take part now."""


class KafkaSettings(BaseModel):
    """Where Kafka is, and how to be let in."""

    bootstrap_servers: str
    """`host:port`, several with commas between."""
    replication: int = 3
    """Copies of each topic that this product creates; one fewer must have a message before it is acknowledged."""
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ca_file: FilePath | None = None
    """PEM file with the authorities that the brokers' certificates are checked by; without it the system's."""
    certificate_file: FilePath | None = None
    """PEM file with the client's own certificate, where brokers ask for one."""
    key_file: FilePath | None = None

    def client(self) -> dict[str, Any]:
        """Return what every client is given to connect."""
        connection: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "security_protocol": self.security_protocol,
        }
        if self.security_protocol.endswith("SSL"):
            connection["ssl_context"] = self._ssl_context()
        if self.security_protocol.startswith("SASL"):
            password = self.sasl_password
            connection["sasl_mechanism"] = self.sasl_mechanism
            connection["sasl_plain_username"] = self.sasl_username
            connection["sasl_plain_password"] = password and password.get_secret_value()
        return connection

    def _ssl_context(self) -> SSLContext:
        context = create_default_context(cafile=self.ca_file)
        if self.certificate_file is not None:
            context.load_cert_chain(self.certificate_file, self.key_file)
        return context


class KafkaBus:
    """Publishes to and subscribes at one Kafka cluster. It holds no connection itself."""

    def __init__(self, settings: KafkaSettings, *, topics: Mapping[str, int]) -> None:
        """Take the declaration of all topics: how many partitions each has."""
        self._settings = settings
        self._topics = topics

    async def subscribe(self, consumer: str, topic: str, database: Database) -> KafkaSubscription:  # noqa: ARG002
        """Return the place of `consumer` in a topic, which is created if it is missing.

        The offset is Kafka's to keep, under a group of this consumer and topic alone: a replica that comes or goes
        in one topic does not interrupt the others.

        Raises:
            KafkaUnavailable: Kafka does not answer.
        """
        await create_missing_topics(self._settings, self._topics)
        client = AIOKafkaConsumer(topic, group_id=f"{consumer}.{topic}", **CONSUMER, **self._settings.client())
        try:
            with _translated():
                await client.start()
        except BaseException:
            await client.stop()
            raise
        return KafkaSubscription(client)

    def publisher(self) -> KafkaPublisher:
        """Return what the relay sends with. It connects when it first sends."""
        return KafkaPublisher(self._settings, topics=self._topics)

    async def close(self) -> None:
        """Do nothing: whoever asked for a subscription or a publisher closes it."""


class KafkaSubscription:
    """A consumer's place in a topic: the partitions that its group gives to this replica."""

    def __init__(self, client: AIOKafkaConsumer) -> None:
        self._client = client

    async def fetch(self, limit: int) -> Sequence[Message]:
        """Wait for messages and return at most `limit` of one partition, in their order.

        After a rebalance, what was fetched and not committed comes again, here or at another replica.
        """
        with _translated():
            first = await self._client.getone()
            place = TopicPartition(first.topic, first.partition)
            rest = []
            if limit > 1:
                rest = (await self._client.getmany(place, max_records=limit - 1)).get(place, [])
        # A rebalance between the two calls has gone back to the last commit: `first` is in `rest` again.
        records = rest if rest and rest[0].offset <= first.offset else [first, *rest]
        return [_to_message(record) for record in records]

    async def record(self, connection: AsyncConnection, last: Message) -> None:
        """Do nothing: Kafka keeps the offset."""

    async def commit(self, last: Message) -> None:
        """Let Kafka keep the offset after `last`.

        A partition that went to another replica meanwhile is left alone: that replica gets the same messages again,
        and its inbox drops them.
        """
        place = TopicPartition(last.topic, int(last.position.stream))
        with _translated():
            try:
                await self._client.commit({place: last.position.number + 1})
            except (CommitFailedError, IllegalStateError):
                return

    async def rewind(self) -> None:
        """Go back to the last commit in each partition, or to its beginning if there was none."""
        with _translated():
            for place in self._client.assignment():
                self._client.seek(place, await self._committed(place))

    async def lag(self) -> int:
        """Return how many messages after the last commit there are, in the partitions of this replica."""
        with _translated():
            places = self._client.assignment()
            ends = await self._client.end_offsets(places) if places else {}
            return sum([end - await self._committed(place) for place, end in ends.items()])

    async def close(self) -> None:
        """Leave the group, so that the other replicas take over at once."""
        await self._client.stop()

    async def _committed(self, place: TopicPartition) -> int:
        # The client's own `seek_to_committed` stays where it is in a partition without a commit.
        committed = await self._client.committed(place)
        if committed is None:
            committed = (await self._client.beginning_offsets([place]))[place]
        return int(committed)


class _Producer(AIOKafkaProducer):  # type: ignore[misc] # the client is untyped
    """The client's producer, which can also be given up."""

    async def give_up(self) -> None:
        """Close without what is still queued. The client's `stop` would wait until a broker takes it."""
        self._closed = True
        try:
            await self._sender.close()
        finally:
            await self.client.close()


class KafkaPublisher:
    """Sends in order, with a producer that is replaced by a new one after any failure."""

    def __init__(
        self, settings: KafkaSettings, *, topics: Mapping[str, int], send_seconds: float = SEND_SECONDS
    ) -> None:
        self._settings = settings
        self._topics = topics
        self._send_seconds = send_seconds
        self._producer: _Producer | None = None

    async def send(self, messages: Sequence[Message]) -> None:
        """Send messages in order; return when all are acknowledged by all replicas in sync.

        Raises:
            KafkaUnavailable: Some may not be kept: send all again. Readers know those that were kept by their ids.
        """
        try:
            with _translated():
                async with asyncio.timeout(self._send_seconds):
                    await _send_in_order(await self._connected(), messages)
        except OSError:
            await self.close()
            raise

    async def close(self) -> None:
        """Let go of the producer, and of what it still holds: the outbox has it too."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.give_up()

    async def _connected(self) -> _Producer:
        if self._producer is None:
            await create_missing_topics(self._settings, self._topics)
            producer = _Producer(**PRODUCER, **self._settings.client())
            try:
                await producer.start()
            except BaseException:
                await producer.give_up()
                raise
            self._producer = producer
        return self._producer


async def create_missing_topics(settings: KafkaSettings, topics: Mapping[str, int]) -> None:
    """Create those declared topics that are not there, to keep everything for ever. Others are left as they are.

    Raises:
        KafkaUnavailable: Kafka does not answer, or refuses.
    """
    keep = {
        "cleanup.policy": "delete",
        "retention.ms": "-1",
        "retention.bytes": "-1",
        # With `acks=all`, an acknowledged message survives the loss of any one copy.
        "min.insync.replicas": str(max(1, settings.replication - 1)),
        "max.message.bytes": str(PRODUCER["max_request_size"]),
    }
    admin = AIOKafkaAdminClient(**_CLIENT, **settings.client())
    try:
        with _translated():
            await admin.start()
            missing = sorted(topics.keys() - set(await admin.list_topics()))
            if not missing:
                return
            wanted = [NewTopic(name, topics[name], settings.replication, topic_configs=keep) for name in missing]
            for _name, code, *_rest in (await admin.create_topics(wanted)).topic_errors:
                # Another process that starts at the same time may be faster.
                if code not in {0, TopicAlreadyExistsError.errno}:
                    raise for_code(code)
    finally:
        await admin.close()


async def _send_in_order(producer: _Producer, messages: Sequence[Message]) -> None:
    acknowledgements: list[asyncio.Future[Any]] = []
    try:
        # Queued one after the other, which keeps their order, and acknowledged together.
        for message in messages:
            headers = to_headers(message)
            queued = await producer.send(message.topic, message.data, key=message.key.encode(), headers=headers)
            acknowledgements.append(queued)
        await asyncio.gather(*acknowledgements)
    finally:
        for acknowledgement in acknowledgements:
            acknowledgement.cancel()


def _to_message(record: Any) -> Message:
    return from_record(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=record.headers,
    )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (KafkaError, TimeoutError) as error:
        raise KafkaUnavailable(f"{type(error).__name__}: {error}") from error
