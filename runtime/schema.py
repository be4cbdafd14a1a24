"""All tables that runtime keeps in a service's database, in one place for migrations and their test."""

from __future__ import annotations

from runtime.alarms import alarm, alarm_clock
from runtime.bus.embedded import offset
from runtime.database.outbox import outbox, outbox_sent
from runtime.database.revision import revision
from runtime.database.tables import metadata
from runtime.dead_letter import dead_letter, dead_letter_act
from runtime.http.bulk import bulk_load
from runtime.http.request_once import request
from runtime.inbox import inbox
from runtime.reconciliation.runs import run
from runtime.reference.tables import day_decision, part, succession, unit, version
from runtime.webhooks.delivery import delivery
from runtime.webhooks.subscription import place, subscription

TABLES = (
    revision,
    outbox,
    outbox_sent,
    inbox,
    dead_letter,
    dead_letter_act,
    offset,
    request,
    bulk_load,
    run,
    unit,
    succession,
    part,
    day_decision,
    version,
    alarm_clock,
    alarm,
    subscription,
    place,
    delivery,
)

__all__ = ["TABLES", "metadata"]
