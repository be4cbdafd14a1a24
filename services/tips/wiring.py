"""Build the service: the one place where its parts are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.events import plans as events
from contracts.events.tips import DigestIssued, TipDeadlineMissed, TipDeadlineNear, TipEscalated
from kernel.clock import Clock
from runtime.alarms import watch_alarms
from runtime.auth.verifier import TokenVerifier
from runtime.batch import Batch
from runtime.bus import Bus
from runtime.consumer import Consumer, On
from runtime.crypto import ServiceKeys
from runtime.database import Database, Settings
from runtime.reference import Reference
from runtime.rewrap import Rewrapper
from runtime.service import Service
from runtime.surroundings import digest_secret_of, kafka_bus_of, keys_of, senders_of, targets_of, verifier_of
from runtime.telemetry.log import get_logger
from runtime.telemetry.metrics import Metrics
from runtime.watch import Watch, written
from runtime.webhooks.subscribable import Subscribable
from services.tips.config import TipsConfig
from services.tips.consumers.on_calendar_changed import OnCalendarChanged
from services.tips.consumers.on_units_changed import on_units_changed
from services.tips.store.readings import readings_with_chain
from services.tips.store.told import ledger_with_tips, numbers_with_tips, told
from services.tips.store.wrapped import wrapped_keys
from services.tips.usecases.destroy_content import DestroyContent
from services.tips.usecases.digest_tips import IssueDigests, next_issue
from services.tips.usecases.look_for_alarms import LookForAlarms
from services.tips.usecases.measure_tips import MeasureTips
from services.tips.usecases.receive_tips import Intake, Received, ReceiveTips
from services.tips.usecases.seal_ledger import SealLedger, next_seal
from services.tips.usecases.seal_tip import content_context, informant_context

NAME = "tips"
MIGRATIONS = Path(__file__).parent / "migrations"
SUBSCRIBABLE = (TipDeadlineNear, TipDeadlineMissed, TipEscalated, DigestIssued)
"""What other systems can follow."""


@dataclass(kw_only=True)
class Tips(Service):
    """The parts of the tips service."""

    keys: ServiceKeys
    intake: Batch[Intake, Received]


def wire(config: TipsConfig, *, clock: Clock, verifier: TokenVerifier, bus: Bus) -> Tips:
    """Return the service's parts, not yet started."""
    settings = Settings(url=config.database_url, durable=config.database_durable)
    database = Database(settings, service=NAME, clock=clock)
    reference = Reference(database)
    metrics = Metrics(NAME)
    keys = keys_of(config, NAME, clock)
    handlers: list[On[Any]] = [
        On(events.UnitsChanged, on_units_changed),
        On(events.CalendarChanged, OnCalendarChanged(reference)),
    ]
    return Tips(
        name=NAME,
        clock=clock,
        database=database,
        migrations=MIGRATIONS,
        reference=reference,
        verifier=verifier,
        bus=bus,
        metrics=metrics,
        digest_secret=digest_secret_of(config, NAME),
        told=told,
        comparisons=(numbers_with_tips, ledger_with_tips, readings_with_chain),
        measure=MeasureTips(metrics, clock),
        consumers=[Consumer(NAME, events.TOPIC, handlers, database=database, bus=bus, metrics=metrics)],
        watches=[
            watch_alarms(database, metrics, LookForAlarms(reference)),
            Watch(database, next_at=next_seal, act=written(SealLedger(keys))),
            Watch(database, next_at=next_issue, act=IssueDigests(reference)),
            *_watch_contents(config, database),
        ],
        subscribable=Subscribable(SUBSCRIBABLE, targets_of(config)),
        senders=senders_of(config, config.senders_file),
        keys=keys,
        rewrapper=Rewrapper(keys, wrapped_keys(content_context, informant_context), database=database, metrics=metrics),
        intake=Batch(ReceiveTips(database)),
    )


def _watch_contents(config: TipsConfig, database: Database) -> Sequence[Watch[int]]:
    """Return the watch on contents that have been kept as long as is set, if anything is."""
    if config.tips_retention_days is None:
        return ()
    destroy = DestroyContent(config.tips_retention_days)

    def tell(count: int) -> None:
        get_logger(NAME).info("contents are destroyed", count=count)

    return (Watch(database, next_at=destroy.next_at, act=written(destroy), committed=tell),)


def from_environment(clock: Clock) -> Tips:
    """Return the parts of a service that runs as a process of its own, with Kafka and a remote issuer.

    Raises:
        SettingMissing: A setting without default is not set.
    """
    config = TipsConfig()
    return wire(config, clock=clock, verifier=verifier_of(config, clock), bus=kafka_bus_of(config, NAME))
