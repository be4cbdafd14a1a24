"""What a transaction adds: rows and events, stamped with its number and written together at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any, NamedTuple

from sqlalchemy import FromClause

from contracts.model import Event
from kernel.clock import Clock
from runtime.database.outbox import Published, outbox, outbox_rows
from runtime.database.revision import Revision
from runtime.telemetry.trace import current_traceparent


class Manner(Enum):
    """How a row comes into its table."""

    ADDED = auto()
    """It is new: its key was just made."""
    CLAIMED = auto()
    """Its key came from outside. Whoever adds it has looked, or has the database look with the same statement."""
    PUT = auto()
    """In the place of the row with its key, if there is one."""


class Addition(NamedTuple):
    """Rows of one table, all with the same columns."""

    table: FromClause
    manner: Manner
    rows: Sequence[Mapping[str, Any]]


@dataclass
class Additions:
    """Rows and events that wait for the end of their transaction."""

    revision: Revision
    clock: Clock
    _events: list[Published] = field(default_factory=list, init=False)
    _rows: list[tuple[FromClause, Manner, Mapping[str, Any]]] = field(default_factory=list, init=False)

    @property
    def number(self) -> int:
        """The transaction's number, with which every changed row is stamped."""
        return self.revision.number

    @property
    def recorded_at(self) -> datetime:
        """When this system wrote the facts of this transaction down."""
        return self.revision.recorded_at

    @property
    def added(self) -> int:
        """How many rows wait."""
        return len(self._rows)

    def publish(self, *events: Event, traceparent: str | None = None) -> None:
        """Have events published if, and only if, this transaction commits.

        `traceparent` is that of the request which caused them, where a transaction works for several.
        """
        trace = traceparent or current_traceparent()
        self._events.extend(Published(event, trace) for event in events)

    def add(self, table: FromClause, row: Mapping[str, Any], manner: Manner = Manner.ADDED) -> None:
        """Have a row written at the end of this transaction, in one statement with all that come to the table so.

        What reads the table within the transaction does not find it.
        """
        self._rows.append((table, manner, row))

    def so_far(self) -> tuple[int, int]:
        """Return how much waits, for `forget_after`."""
        return len(self._events), len(self._rows)

    def forget_after(self, before: tuple[int, int]) -> None:
        """Forget what came after."""
        events, rows = before
        del self._events[events:]
        del self._rows[rows:]

    def by_table(self, source: str) -> Sequence[Addition]:
        """Return all that waits, by its tables, with the outbox rows of what `source` published."""
        found: dict[tuple[FromClause, Manner], list[Mapping[str, Any]]] = {}
        for table, manner, row in self._rows:
            found.setdefault((table, manner), []).append(row)
        if self._events:
            found[outbox, Manner.ADDED] = outbox_rows(self.revision, source, self._events)
        return [Addition(table, manner, rows) for (table, manner), rows in found.items()]
