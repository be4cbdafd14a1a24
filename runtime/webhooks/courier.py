"""Deliver a service's events to its subscribers: at least once, always under the event's own id."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from standardwebhooks import Webhook

from runtime.crypto.padding import padded_length
from runtime.database import Database
from runtime.reference import Reference
from runtime.telemetry.log import get_logger
from runtime.telemetry.metrics import Metrics
from runtime.webhooks.delivery import find_due, note_attempt, subscriptions_due
from runtime.webhooks.following import Following
from runtime.webhooks.post import Outcome, Post
from runtime.webhooks.retry import asked_pause, pause_after
from runtime.webhooks.secret import secret_of
from runtime.webhooks.subscribable import Subscribable
from runtime.webhooks.subscription import note_gone

_LOOK_SECONDS = 1.0
"""Other replicas commit too and ring no bell here, and what waits for its next attempt rings none."""

_LEAST_BYTES = 2048
"""How long every payload is, but for those of a few events with more to say."""

_CROWD_SECONDS = 0.25
"""How long it lets commits come before it looks."""


class Courier:
    """The one sender of a service's webhooks: run it by `run_alone`.

    Each subscription is served by a task of its own, one attempt after the other: who hangs delays nobody else.
    """

    def __init__(
        self,
        database: Database,
        reference: Reference,
        subscribable: Subscribable,
        *,
        service_secret: bytes,
        metrics: Metrics,
        post: Post | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._following = Following(database, reference, subscribable.types)
        self._post = post or Post(subscribable.targets)
        self._service_secret = service_secret
        self._metrics = metrics
        self._chance = chance
        self._serving: dict[UUID, asyncio.Task[None]] = {}
        self._log = get_logger(database.service)

    async def run(self) -> None:
        """Follow and deliver until cancelled, or until the database fails."""
        async with self._post, asyncio.TaskGroup() as tasks:
            while True:
                rings = self._database.committed.rings
                is_behind = await self._following.step()
                await self._serve(tasks)
                if not is_behind:
                    await self._database.committed.after(rings, at_most=_LOOK_SECONDS, crowd=_CROWD_SECONDS)

    async def _serve(self, tasks: asyncio.TaskGroup) -> None:
        """Begin to serve the subscriptions that are to be sent something and are not being served."""
        self._serving = {one: task for one, task in self._serving.items() if not task.done()}
        async with self._database.read() as read:
            due = await subscriptions_due(read, self._database.clock.now(), but=self._serving)
        for one in due:
            self._serving[one] = tasks.create_task(self._serve_one(one))

    async def _serve_one(self, subscription_id: UUID) -> None:
        while (row := await self._find_due(subscription_id)) is not None:
            body = _body_of(row)
            headers = signed_headers(row, body, self._service_secret, self._database.clock.now())
            outcome = await self._post.attempt(row.url, body.encode(), headers)
            self._metrics.webhook_attempts.labels(self._database.service, outcome.word).inc()
            await self._note(row, outcome)

    async def _find_due(self, subscription_id: UUID) -> Any | None:
        async with self._database.read() as read:
            return await find_due(read, subscription_id, self._database.clock.now())

    async def _note(self, row: Any, outcome: Outcome) -> None:
        now = self._database.clock.now()
        result = {"tries": row.tries + 1, "last_status": outcome.status, "last_failure": outcome.failure}
        if outcome.word == "delivered":
            result |= {"next_at": None, "delivered_at": now}
        else:
            pause = pause_after(
                row.tries + 1, asked=asked_pause(outcome.retry_after, now), chance=self._chance()
            )  # fmt: skip
            result |= {"next_at": None, "dead_at": now} if pause is None else {"next_at": now + pause}
        if outcome.word == "gone":
            # First, so that whatever happens in between, it is not asked again before its time.
            await self._database.write(lambda tx: note_gone(tx, row.subscription_id, row.url, now))
        await self._database.mark(partial(note_attempt, row=row, **result))
        if "dead_at" in result:
            self._log.warning(
                "webhook delivery dead", event_id=str(row.event_id), tries=row.tries + 1, status=outcome.status
            )


def _body_of(row: Any) -> str:
    """Return the payload of Standard Webhooks: what kind of event, when it was recorded, and what it says."""
    payload = {"type": row.type, "timestamp": row.recorded_at, "data": msgspec.Raw(row.data)}
    body = msgspec.json.encode(payload).decode()
    # Spaces behind the end mean nothing in JSON: whoever sees the line only, sees one length for every event.
    return body + " " * (padded_length(len(body.encode()), least=_LEAST_BYTES) - len(body.encode()))


def signed_headers(row: Any, body: str, service_secret: bytes, now: datetime) -> dict[str, str]:
    """Return the headers of an attempt, with a signature by every secret that is valid now."""
    generations = [row.generation]
    if row.previous_signs_until is not None and now < row.previous_signs_until:
        generations.append(row.generation - 1)
    event_id = str(row.event_id)
    secrets = [secret_of(service_secret, row.subscription_id, generation) for generation in generations]
    headers = {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(event_id, now, body) for secret in secrets),
    }
    return headers | ({"traceparent": row.traceparent} if row.traceparent else {})
