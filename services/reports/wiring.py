"""Build the service: the one place where its parts are made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.events import plans as events
from kernel.clock import Clock
from runtime.auth.verifier import TokenVerifier
from runtime.bus import Bus
from runtime.consumer import Consumer, On
from runtime.database import Database, Settings
from runtime.reference import Reference
from runtime.service import Service
from runtime.surroundings import digest_secret_of, kafka_bus_of, verifier_of
from runtime.telemetry.metrics import Metrics
from services.reports.board import Board
from services.reports.config import ReportsConfig
from services.reports.consumers.on_calendar_changed import OnCalendarChanged
from services.reports.consumers.on_plan_amended import OnPlanAmended
from services.reports.consumers.on_plan_closed import on_plan_closed
from services.reports.consumers.on_plan_issued import OnPlanIssued
from services.reports.consumers.on_units_changed import on_units_changed

NAME = "reports"
MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(kw_only=True)
class Reports(Service):
    """The parts of the reports service."""

    board: Board


def wire(config: ReportsConfig, *, clock: Clock, verifier: TokenVerifier, bus: Bus) -> Reports:
    """Return the service's parts, not yet started."""
    settings = Settings(url=config.database_url, durable=config.database_durable)
    database = Database(settings, service=NAME, clock=clock)
    reference = Reference(database)
    metrics = Metrics(NAME)
    plan_issued = OnPlanIssued(reference)
    handlers: list[On[Any]] = [
        On(events.UnitsChanged, on_units_changed),
        On(events.CalendarChanged, OnCalendarChanged(reference)),
        On(events.PlanIssued, plan_issued, prepare=plan_issued.prepare),
        On(events.PlanAmended, OnPlanAmended(reference)),
        On(events.PlanClosed, on_plan_closed),
    ]
    return Reports(
        name=NAME,
        clock=clock,
        database=database,
        migrations=MIGRATIONS,
        reference=reference,
        verifier=verifier,
        bus=bus,
        metrics=metrics,
        digest_secret=digest_secret_of(config, NAME),
        consumers=[Consumer(NAME, events.TOPIC, handlers, database=database, bus=bus, metrics=metrics)],
        board=Board(database, reference, clock),
    )


def from_environment(clock: Clock) -> Reports:
    """Return the parts of a service that runs as a process of its own, with Kafka and a remote issuer.

    Raises:
        SettingMissing: A setting without default is not set.
    """
    config = ReportsConfig()
    return wire(config, clock=clock, verifier=verifier_of(config, clock), bus=kafka_bus_of(config))
