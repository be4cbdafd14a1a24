"""The client's consumer, with what it lacks where brokers are lost."""

from __future__ import annotations

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import for_code
from aiokafka.protocol.commit import OffsetFetchRequest

from runtime.bus.kafka_settings import translated

_CLOSE_SECONDS = 1.0
"""How long an orderly end may take: a broker that hangs does not answer, and others must go on."""


class Consumer(AIOKafkaConsumer):  # type: ignore[misc] # the client is untyped
    """The client's consumer, which can also be given up."""

    async def give_up(self) -> None:
        """Stop, but do not wait for long for brokers that do not answer."""
        with translated():
            try:
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self.stop()
            except TimeoutError:
                await self._client.close()


class GroupConsumer(Consumer):
    """A consumer whose offsets are kept under a group's name."""

    async def start(self) -> None:
        """Connect, as the client does."""
        await super().start()
        ask = self._coordinator._send_req

        async def answered(request: Any) -> Any:
            """Return an answer that is one.

            A broker that is just loading the offsets says so for its answer as a whole (Kafka protocol, OffsetFetch
            since version 2). The client looks at single partitions only: it finds none, takes it that nothing was
            committed, and reads the topic again from its beginning.
            """
            answer = await ask(request)
            code = getattr(answer, "error_code", 0)
            if code and isinstance(request, OffsetFetchRequest):
                self._coordinator.coordinator_dead()
                raise for_code(code)
            return answer

        self._coordinator._send_req = answered
