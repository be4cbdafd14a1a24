"""Make the topics that the product declares."""

from __future__ import annotations

from collections.abc import Mapping

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from runtime.bus.kafka_settings import CLIENT, PRODUCER, KafkaSettings, translated


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
    admin = AIOKafkaAdminClient(**CLIENT, **settings.client())
    try:
        with translated():
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
