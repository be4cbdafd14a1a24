"""What a running service consists of: built once by its wiring, and reached by its routes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kernel.clock import Clock
from runtime.auth.verifier import TokenVerifier
from runtime.bus import Bus
from runtime.comparison import Comparison, Told, nothing_told
from runtime.consumer import Consumer
from runtime.database import Database, Read
from runtime.reference import Reference
from runtime.rewrap import Rewrapper
from runtime.telemetry.metrics import Metrics
from runtime.watch import Watch
from runtime.webhooks.incoming import Senders
from runtime.webhooks.subscribable import Subscribable


async def nothing_measured(read: Read) -> None:
    """Measure nothing."""


@dataclass(kw_only=True)
class Service:
    """One service's parts. A service with parts of its own adds them in a subclass."""

    name: str
    clock: Clock
    database: Database
    migrations: Path
    reference: Reference
    verifier: TokenVerifier
    bus: Bus
    metrics: Metrics
    digest_secret: bytes
    """Key of the digests that tell a retried request from another one with the same key."""
    consumers: Sequence[Consumer] = field(default=())
    consumes: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while this replica is the one of all that consumes."""
    watches: Sequence[Watch[Any]] = field(default=())
    """What it does when an instant comes, without a request or an event."""
    told: Callable[[Read, int], Awaitable[Told]] = nothing_told
    """What its state says that it has told in transactions after a revision: to be compared with its outbox."""
    comparisons: Sequence[Callable[[Read], Awaitable[Comparison]]] = field(default=())
    """What else it can compare within its own database."""
    measure: Callable[[Read], Awaitable[None]] = nothing_measured
    """What it measures of its own, whenever it is asked for its metrics."""
    senders: Senders = field(default_factory=lambda: Senders({}))
    """Machines whose signature stands for a token."""
    rewrapper: Rewrapper | None = None
    """What sees to the keys that it wraps, if it seals anything."""
    make_ready: Callable[[], None] = lambda: None
    """What takes a while, and is done before the first request is let in."""
    put_away: Callable[[], None] = lambda: None
    """What is done after the last request."""
    subscribable: Subscribable | None = None
    """What subscribers outside may follow, if anything."""
