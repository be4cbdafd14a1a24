"""What a service was told before a test begins: told once in each worker of a run, and copied for each test.

A test still has databases of its own. That a running service takes notice of what it is told is for the tests that
tell it themselves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from tempfile import mkdtemp

from fastapi import FastAPI

from contracts.model import Event
from kernel.clock import SetClock
from runtime.database import Database, Write
from runtime.service import Service
from tests.plans_told import Teller
from tests.rig import MORNING, Blueprint, a_database

_TOLD: dict[tuple[Blueprint, tuple[str, ...]], Blueprint] = {}
_IN_EFFECT: dict[tuple[Blueprint, Blueprint], Blueprint] = {}


async def told(outbox: Blueprint, events: Sequence[Event], folder: Path) -> Blueprint:
    """Return an outbox in which events were published in the morning, each in a transaction.

    `folder` is any in which databases can be made.
    """
    if not events:
        return outbox
    known = (outbox, tuple(f"{event.type} {event.model_dump_json()}" for event in events))
    if known not in _TOLD:
        async with outbox.fresh(_new(folder)) as url:
            async with a_database(url, service="plans", clock=SetClock(MORNING)) as database:
                for event in events:
                    await database.write(_publishing(event))
            _TOLD[known] = await outbox.kept(url)
    return _TOLD[known]


async def in_effect(
    blueprint: Blueprint, outbox: Blueprint, folder: Path, start: Callable[[str, Database], tuple[FastAPI, Service]]
) -> Blueprint:
    """Return a service's database in which all that is in an outbox has taken effect.

    `start` returns the application around the service over a database, behind an outbox.
    """
    known = (blueprint, outbox)
    if known not in _IN_EFFECT:
        async with outbox.fresh(_new(folder)) as outbox_url, blueprint.fresh(_new(folder)) as url:
            async with a_database(outbox_url, service="plans", clock=SetClock(MORNING)) as database:
                app, service = start(url, database)
                async with app.router.lifespan_context(app):
                    await Teller(database, service).drained()
            _IN_EFFECT[known] = await blueprint.kept(url)
    return _IN_EFFECT[known]


def _publishing(event: Event) -> Callable[[Write], Awaitable[None]]:
    async def publish(tx: Write) -> None:
        tx.publish(event)

    return publish


def _new(folder: Path) -> Path:
    return Path(mkdtemp(dir=folder))
