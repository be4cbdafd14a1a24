"""Find every event that the contracts define."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from contracts import events
from contracts.model import Event


def event_types() -> dict[str, type[Event]]:
    """Return the events by their CloudEvents type, in its order. A root shared by several events has no type."""
    found: dict[str, type[Event]] = {}
    for module in pkgutil.iter_modules(events.__path__):
        for member in vars(import_module(f"{events.__name__}.{module.name}")).values():
            if isinstance(member, type) and issubclass(member, Event) and "type" in vars(member):
                found[member.type] = member
    return dict(sorted(found.items()))


def fact_of(event_type: str) -> str:
    """Return the service's fact in a CloudEvents type.

    >>> fact_of("vn.lanhmanh.plans.plan.issued.v1")
    'plan.issued'
    """
    return event_type.split(".", 3)[3].rpartition(".")[0]
