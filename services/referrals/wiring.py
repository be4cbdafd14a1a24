"""Put the service together. Nothing else constructs its parts or reads its settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.events import plans as events
from kernel.clock import Clock
from runtime.auth.verifier import TokenVerifier
from runtime.bus import Bus
from runtime.consumer import Consumer, On
from runtime.crypto import Vault
from runtime.database import Database, Settings
from runtime.reference import Reference
from runtime.rewrap import Rewrapper
from runtime.service import Service
from runtime.surroundings import digest_secret_of, kafka_bus_of, keys_of, verifier_of
from runtime.telemetry.metrics import Metrics
from services.referrals.config import ReferralsConfig
from services.referrals.consumers.on_calendar_changed import on_calendar_changed
from services.referrals.consumers.on_units_changed import on_units_changed
from services.referrals.store.told import told
from services.referrals.store.wrapped import wrapped_keys

NAME = "referrals"
MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(kw_only=True)
class Referrals(Service):
    """The parts of a running referrals service."""

    vault: Vault
    """Wraps the keys of cases."""


def wire(config: ReferralsConfig, *, clock: Clock, verifier: TokenVerifier, bus: Bus) -> Referrals:
    """Return the service's parts, not yet started. Of the other services it hears plans only."""
    settings = Settings(url=config.database_url, durable=config.database_durable)
    database = Database(settings, service=NAME, clock=clock)
    metrics = Metrics(NAME)
    keys = keys_of(config, NAME, clock)
    handlers: list[On[Any]] = [
        On(events.UnitsChanged, on_units_changed),
        On(events.CalendarChanged, on_calendar_changed),
    ]
    return Referrals(
        name=NAME,
        clock=clock,
        database=database,
        migrations=MIGRATIONS,
        reference=Reference(database),
        verifier=verifier,
        bus=bus,
        metrics=metrics,
        digest_secret=digest_secret_of(config, NAME),
        told=told,
        consumers=[Consumer(NAME, events.TOPIC, handlers, database=database, bus=bus, metrics=metrics)],
        vault=keys.vault,
        rewrapper=Rewrapper(keys, wrapped_keys(), database=database, metrics=metrics),
    )


def from_environment(clock: Clock) -> Referrals:
    """Return the parts of a service that runs as a process of its own, with Kafka and a remote issuer.

    Raises:
        SettingMissing: A setting without default is not set.
    """
    config = ReferralsConfig()
    return wire(config, clock=clock, verifier=verifier_of(config, clock), bus=kafka_bus_of(config, NAME))
