"""Make the topics that the product declares, and tell of those that are otherwise than declared."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from runtime.bus.kafka_settings import CLIENT, PRODUCER, KafkaSettings, translated
from runtime.telemetry.log import get_logger


class Difference(NamedTuple):
    """A topic that is otherwise than declared."""

    topic: str
    setting: str
    """`partitions`, `replication`, or Kafka's name of a setting of topics."""
    wanted: str
    found: str


class Topics:
    """The declared topics of a cluster, which keep everything for ever."""

    def __init__(self, settings: KafkaSettings, partitions: Mapping[str, int], *, service: str) -> None:
        """Take the declaration: how many partitions each topic has. `service` is who tells of differences."""
        self._settings = settings
        self._partitions = partitions
        self._log = get_logger(service)
        self._is_ensured = False
        self.differences: Sequence[Difference] = ()
        """What is otherwise, as of the first connection. It is told and left as it is: the brokers' operator, not a
        service that happens to start, decides about what topics hold."""

    async def ensure(self) -> None:
        """Create what is missing, and compare what is there; once that was done, do nothing.

        Raises:
            KafkaUnavailable: Kafka does not answer, or refuses.
        """
        if self._is_ensured:
            return
        admin = AIOKafkaAdminClient(**CLIENT, **self._settings.client())
        with translated():
            try:
                await admin.start()
                there = self._partitions.keys() & set(await admin.list_topics())
                await self._create(admin, self._partitions.keys() - there)
                self.differences = await self._compare(admin, there)
            finally:
                await admin.close()
        self._is_ensured = True

    async def _create(self, admin: AIOKafkaAdminClient, missing: Collection[str]) -> None:
        if not missing:
            return
        copies, kept = self._settings.replication, self._kept()
        wanted = [NewTopic(name, self._partitions[name], copies, topic_configs=kept) for name in sorted(missing)]
        for _name, code, *_rest in (await admin.create_topics(wanted)).topic_errors:
            # Another process that starts at the same time may be faster.
            if code not in {0, TopicAlreadyExistsError.errno}:
                raise for_code(code)

    def _kept(self) -> dict[str, str]:
        return {
            "cleanup.policy": "delete",
            "retention.ms": "-1",
            "retention.bytes": "-1",
            # With `acks=all`, an acknowledged message survives the loss of any one copy.
            "min.insync.replicas": str(max(1, self._settings.replication - 1)),
            "max.message.bytes": str(PRODUCER["max_request_size"]),
        }

    async def _compare(self, admin: AIOKafkaAdminClient, there: Collection[str]) -> list[Difference]:
        """Return what is otherwise, and log it. What Kafka does not let this user see is not compared."""
        if not there:
            return []
        seen = await _seen(admin, sorted(there))
        differences = []
        for topic, settings in seen.items():
            wanted = {"partitions": self._partitions[topic], "replication": self._settings.replication, **self._kept()}
            for setting, value in wanted.items():
                found = settings.get(setting, str(value))
                if found != str(value):
                    differences.append(Difference(topic, setting, str(value), found))
        for one in differences:
            self._log.error(
                "topic differs from its declaration",
                topic=one.topic,
                setting=one.setting,
                wanted=one.wanted,
                found=one.found,
            )
        return differences


async def _seen(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the settings of topics as far as they can be seen, partitions and replication among them."""
    seen: dict[str, dict[str, str]] = {}
    for one in await admin.describe_topics(topics):
        # One that another process makes at this moment has no leaders yet.
        if one["error_code"] == 0 and one["partitions"]:
            copies = min(len(partition["replicas"]) for partition in one["partitions"])
            seen[one["topic"]] = {"partitions": str(len(one["partitions"])), "replication": str(copies)}
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic) for topic in seen]
    answers: list[Any] = await admin.describe_configs(asked) if asked else []
    for answer in answers:
        for _code, _message, _kind, topic, entries in answer.resources:
            seen[topic] |= {name: value for name, value, *_ in entries}
    return seen
