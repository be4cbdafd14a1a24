"""Put the service together. Nothing else constructs its parts or reads its settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kernel.clock import Clock
from runtime.auth.verifier import TokenVerifier
from runtime.bus import Bus
from runtime.database import Database, Settings
from runtime.reference import Reference
from runtime.service import Service
from runtime.surroundings import digest_secret_of, kafka_bus_of, verifier_of
from runtime.telemetry.metrics import Metrics
from services.plans.config import PlansConfig
from services.plans.store.told import told

NAME = "plans"
MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(kw_only=True)
class Plans(Service):
    """The parts of a running plans service."""


def wire(config: PlansConfig, *, clock: Clock, verifier: TokenVerifier, bus: Bus) -> Plans:
    """Return the service's parts. Plans reads no topic: events flow from it to the others, and never back."""
    settings = Settings(url=config.database_url, durable=config.database_durable)
    database = Database(settings, service=NAME, clock=clock)
    return Plans(
        name=NAME,
        clock=clock,
        database=database,
        migrations=MIGRATIONS,
        reference=Reference(database),
        verifier=verifier,
        bus=bus,
        metrics=Metrics(NAME),
        digest_secret=digest_secret_of(config, NAME),
        told=told,
    )


def from_environment(clock: Clock) -> Plans:
    """Return the parts of a service that runs as a process of its own, with Kafka and a remote issuer.

    Raises:
        SettingMissing: A setting without default is not set.
    """
    config = PlansConfig()
    return wire(config, clock=clock, verifier=verifier_of(config, clock), bus=kafka_bus_of(config, NAME))
