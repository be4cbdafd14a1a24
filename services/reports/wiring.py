"""Build the service: the one place where its parts are made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.events import plans, referrals, reports, tips
from kernel.clock import Clock
from runtime.alarms import watch_alarms
from runtime.auth.verifier import TokenVerifier
from runtime.bus import Bus
from runtime.consumer import Consumer, On
from runtime.database import Database, Settings
from runtime.reference import Reference
from runtime.service import Service
from runtime.surroundings import digest_secret_of, kafka_bus_of, targets_of, verifier_of
from runtime.telemetry.metrics import Metrics
from runtime.webhooks.subscribable import Subscribable
from services.reports.board import Board
from services.reports.board.kernels import make_ready
from services.reports.config import ReportsConfig
from services.reports.consumers.on_calendar_changed import OnCalendarChanged
from services.reports.consumers.on_plan_amended import OnPlanAmended
from services.reports.consumers.on_plan_closed import on_plan_closed
from services.reports.consumers.on_plan_issued import OnPlanIssued
from services.reports.consumers.on_statistics_released import on_statistics_released
from services.reports.consumers.on_tip_classified import on_tip_classified
from services.reports.consumers.on_tip_closed import on_tip_closed
from services.reports.consumers.on_tip_deadline_missed import on_tip_deadline_missed
from services.reports.consumers.on_tip_received import on_tip_received
from services.reports.consumers.on_tip_transferred import on_tip_transferred
from services.reports.consumers.on_units_changed import on_units_changed
from services.reports.store.told import told
from services.reports.usecases.raise_alarms import LookForAlarms

NAME = "reports"
MIGRATIONS = Path(__file__).parent / "migrations"
SUBSCRIBABLE = (
    reports.ReportSubmitted,
    reports.ReportReturned,
    reports.ReportAccepted,
    reports.ObligationDueSoon,
    reports.ObligationOverdue,
    reports.ObligationEscalated,
)
"""What other systems can follow."""


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
    handlers = _handlers(reference)
    board = Board(database, reference, clock, file=config.board_file)

    def begin() -> None:
        make_ready()
        board.open()

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
        told=told,
        consumers=[
            Consumer(NAME, topic, handlers[topic], database=database, bus=bus, metrics=metrics) for topic in handlers
        ],
        watches=[watch_alarms(database, metrics, LookForAlarms(reference, config.escalation_days))],
        subscribable=Subscribable(SUBSCRIBABLE, targets_of(config)),
        make_ready=begin,
        put_away=board.close,
        board=board,
    )


def _handlers(reference: Reference) -> dict[str, list[On[Any]]]:
    """Return what happens with the events of each topic that the service reads."""
    plan_issued = OnPlanIssued(reference)
    return {
        plans.TOPIC: [
            On(plans.UnitsChanged, on_units_changed),
            On(plans.CalendarChanged, OnCalendarChanged(reference)),
            On(plans.PlanIssued, plan_issued, prepare=plan_issued.prepare),
            On(plans.PlanAmended, OnPlanAmended(reference)),
            On(plans.PlanClosed, on_plan_closed),
        ],
        tips.TOPIC: [
            On(tips.TipReceived, on_tip_received),
            On(tips.TipClassified, on_tip_classified),
            On(tips.TipTransferred, on_tip_transferred),
            On(tips.TipClosed, on_tip_closed),
            On(tips.TipDeadlineMissed, on_tip_deadline_missed),
        ],
        referrals.TOPIC: [On(referrals.StatisticsReleased, on_statistics_released)],
    }


def from_environment(clock: Clock) -> Reports:
    """Return the parts of a service that runs as a process of its own, with Kafka and a remote issuer.

    Raises:
        SettingMissing: A setting without default is not set.
    """
    config = ReportsConfig()
    return wire(config, clock=clock, verifier=verifier_of(config, clock), bus=kafka_bus_of(config, NAME))
