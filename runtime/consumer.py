"""Handle the events of a topic: each takes effect exactly once, and none is lost.

A batch is handled in one transaction together with its inbox rows and the offset. A batch that fails is done again
message by message. What keeps failing is retried with growing pauses; after `TRIES` it is put aside with the dead
letters, so that it does not block its partition, and it is tried again at the next start, or when somebody asks for
it. What is no event at all is put aside at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.model import Event
from runtime.bus import Bus, Message, Subscription
from runtime.bus.binary_mode import UNREADABLE
from runtime.cancellation import all_of
from runtime.database import Database, Write
from runtime.database.failure import is_passing
from runtime.dead_letter import find_letter, list_waiting, mark_replayed, put_aside
from runtime.inbox import has_handled, take_new
from runtime.pauses import Pauses
from runtime.telemetry.log import get_logger
from runtime.telemetry.metrics import Metrics
from runtime.telemetry.trace import set_traceparent

E = TypeVar("E", bound=Event)

BATCH = 100
"""Messages in one transaction at most."""
TRIES = 8
"""How often one message is tried before it is put aside."""
COMMIT_TRIES = 3
"""How often the bus may fail to hear how far a consumer has come, before the consumer subscribes anew."""
PAUSES = Pauses(first=0.05, longest=5.0)
"""Between two tries."""


@dataclass(frozen=True, slots=True)
class On(Generic[E]):
    """What a consumer does when a fact arrives."""

    event: type[E]
    handle: Callable[[E, Write], Awaitable[None]]
    """Runs in the transaction that also notes the event as handled."""
    prepare: Callable[[E, Database], Awaitable[None]] | None = None
    """Runs before it, in transactions of its own: for work too long for one. Running it twice must change nothing."""


class Consumer:
    """One consumer of one topic: run it by `run_alone`.

    A service reads each of its topics with one, all under the same name.
    """

    def __init__(
        self,
        name: str,
        topic: str,
        handlers: Sequence[On[Any]],
        *,
        database: Database,
        bus: Bus,
        metrics: Metrics,
        pauses: Pauses = PAUSES,
    ) -> None:
        self.name = name
        self.topic = topic
        self._handlers: Mapping[str, On[Any]] = {handler.event.type: handler for handler in handlers}
        self._database = database
        self._bus = bus
        self._metrics = metrics
        self._pauses = pauses
        self._log = get_logger(database.service)
        self._subscription: Subscription | None = None
        self.subscribed = asyncio.Event()
        """Set while it has its place in the topic."""
        self.progressed_at = monotonic()
        """When it last handled something."""

    async def run(self) -> None:
        """Handle messages until cancelled, or until database or bus fail.

        What was fetched and not committed comes again in the next run.
        """
        try:
            await self._retry_dead_letters()
            self._subscription = await self._bus.subscribe(self.name, self.topic, self._database)
            self.subscribed.set()
            await self._consume(self._subscription)
        except Exception as error:
            self._log.warning("consumer waits", consumer=self.name, topic=self.topic, error=type(error).__name__)
            raise
        finally:
            await self._leave()

    async def _leave(self) -> None:
        """Leave the topic, which a failure may have reached too."""
        self.subscribed.clear()
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            with suppress(Exception):
                await subscription.close()

    async def lag(self) -> int:
        """Return how many events are still to be handled."""
        return await self._subscription.lag() if self._subscription is not None else 0

    async def _consume(self, subscription: Subscription) -> None:
        """Handle what comes. While one batch takes effect, the one after is fetched and the one before committed."""
        fetched = asyncio.Queue[Sequence[Message]](maxsize=1)
        progress = _Progress(subscription)

        async def fetch() -> None:
            while True:
                await fetched.put(await subscription.fetch(BATCH))

        async def handle() -> None:
            while True:
                messages = await fetched.get()
                await self._handle_batch(subscription, messages)
                progress.note(messages)

        await all_of(fetch(), handle(), progress.tell())

    async def _handle_batch(self, subscription: Subscription, messages: Sequence[Message]) -> None:
        for together in self._split(messages):
            if together[0].type == UNREADABLE:
                await self._put_aside(subscription, together[0], failure="Unreadable", tries=1)
                continue
            try:
                await self._apply(together, subscription)
            except Exception as error:
                if is_passing(error):
                    raise
                for message in together:
                    await self._insist(subscription, message)
        self.progressed_at = monotonic()

    def _split(self, messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
        """Yield what can be handled in one transaction.

        A message that is prepared first stands alone: its preparation must see the effect of the messages before it.
        So does one that cannot be read.
        """
        together: list[Message] = []
        for message in messages:
            handler = self._handlers.get(message.type)
            if message.type == UNREADABLE or (handler is not None and handler.prepare is not None):
                if together:
                    yield together
                yield [message]
                together = []
            else:
                together.append(message)
        if together:
            yield together

    async def _insist(self, subscription: Subscription, message: Message) -> None:
        """Try one message until it takes effect, or put it aside."""
        for tries, pause in zip(range(1, TRIES + 1), self._pauses, strict=False):
            try:
                return await self._apply([message], subscription)
            except Exception as error:
                self._failed(message, error, tries)
                if is_passing(error):
                    raise
                failure = type(error).__name__
            if tries == 1 and await self._was_put_aside(message):
                # It came again. What becomes of it is for those to say who look after dead letters.
                return await self._database.mark(partial(subscription.record, last=message))
            if tries < TRIES:
                await asyncio.sleep(pause)
        return await self._put_aside(subscription, message, failure=failure, tries=TRIES)

    async def _apply(self, messages: Sequence[Message], subscription: Subscription | None) -> None:
        """Handle messages in one transaction, with their inbox rows and the offset."""
        if len(messages) == 1:
            await self.prepare(messages[0])

        async def together(tx: Write) -> list[Message]:
            fresh = await self.take_effect(tx, messages)
            if subscription is not None:
                await subscription.record(tx.connection, messages[-1])
            return fresh

        for message in await self._database.write(together):
            if message.type in self._handlers:
                self._metrics.handled.labels(self._database.service, self.name, message.type).inc()

    async def take_effect(self, tx: Write, messages: Sequence[Message]) -> list[Message]:
        """Handle in this transaction those messages that were not handled before, and return them."""
        fresh = await take_new(tx, self.name, messages)
        for message in fresh:
            handler = self._handlers.get(message.type)
            if handler is not None:
                set_traceparent(message.traceparent)
                await handler.handle(handler.event.model_validate_json(message.data), tx)
        return fresh

    async def prepare(self, message: Message) -> None:
        """Do what a message asks for before its transaction, unless it has taken effect already."""
        handler = self._handlers.get(message.type)
        if handler is None or handler.prepare is None:
            return
        async with self._database.read() as read:
            if await has_handled(read.connection, self.name, message.event_id):
                return
        await handler.prepare(handler.event.model_validate_json(message.data), self._database)

    def _failed(self, message: Message, error: Exception, tries: int) -> None:
        self._metrics.failures.labels(self._database.service, self.name, message.type).inc()
        # The error's text may hold content: only its kind is logged.
        kind = type(error).__name__
        self._log.warning(
            "event failed",
            consumer=self.name,
            type=message.type,
            event_id=str(message.event_id),
            error=kind,
            tries=tries,
        )

    async def _was_put_aside(self, message: Message) -> bool:
        async with self._database.read() as read:
            return await find_letter(read.connection, self.name, message.event_id) is not None

    async def _put_aside(self, subscription: Subscription, message: Message, *, failure: str, tries: int) -> None:
        async def aside(connection: AsyncConnection) -> None:
            at = self._database.clock.now()
            await put_aside(connection, self.name, message, failure=failure, tries=tries, at=at)
            await subscription.record(connection, message)

        await self._database.mark(aside)
        # The relay sends it to the topic of the dead.
        self._database.committed.ring()
        self._metrics.dead.labels(self._database.service, self.name, message.type).inc()
        self._log.error("event put aside", consumer=self.name, type=message.type, event_id=str(message.event_id))

    async def _retry_dead_letters(self) -> None:
        """Try again what was put aside before: a new release may have mended the cause."""
        async with self._database.read() as read:
            messages = await list_waiting(read.connection, self.name, self.topic)
        for message in messages:
            if message.type == UNREADABLE:
                continue
            try:
                await self._apply([message], None)
            except Exception as error:  # noqa: BLE001 - it stays with the dead letters
                self._failed(message, error, TRIES)
            else:
                at = self._database.clock.now()
                await self._database.mark(partial(mark_replayed, consumer=self.name, message=message, at=at))


class _Progress:
    """How far a consumer has come, and the bus does not know yet.

    Handling does not wait for the bus to hear it: what it does not know comes again, and is in the inbox.
    """

    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription
        self._last: dict[str, Message] = {}
        self._noted = asyncio.Event()

    def note(self, handled: Sequence[Message]) -> None:
        """Note what has taken effect."""
        self._last.update((message.position.stream, message) for message in handled)
        self._noted.set()

    async def tell(self) -> None:
        """Tell the bus, again and again.

        Raises:
            OSError: It has failed `COMMIT_TRIES` times in a row: a new client may find a bus that this one does not.
        """
        failures = 0
        while True:
            await self._noted.wait()
            self._noted.clear()
            try:
                await self._subscription.commit(list(self._last.values()))
                failures = 0
            except OSError:
                failures += 1
                if failures == COMMIT_TRIES:
                    raise
                self._noted.set()
