"""Plans, as far as the other services know it: what it tells of units, and an outbox from which the bus delivers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select

from contracts.events.plans import UnitsChanged
from contracts.model import Event
from contracts.unit import Succession, UnitRecord
from kernel.ids import UnitId, unit_id
from runtime.database import Database
from runtime.database.outbox import outbox
from runtime.inbox import inbox
from runtime.service import Service

MERGER = date(2025, 7, 1)

UnitLine = tuple[str, str, str, str | None, str | None, date, date | None]
"""Code, name, kind, function, parent, first day, exclusive end."""

_DECISIONS = UUID("5b8f0f2e-2222-5222-8333-b1a2c3d4e5f6")


class Country:
    """The units of a suite's tests, each of which stands in one place all its life."""

    def __init__(self, lines: Sequence[UnitLine], bearers: Mapping[str, str]) -> None:
        """Take the units, and who bears whose duties since the merger."""
        self._lines = lines
        self._bearers = bearers
        self.ids: dict[str, UnitId] = {code: unit_id(code, since.isoformat()) for code, *_, since, _ in lines}
        """Ids of all units by code."""

    def first_units(self) -> UnitsChanged:
        """Return the event that tells of all units, and of what becomes of them."""
        successions = tuple(
            Succession(
                predecessor_id=self.ids[gone],
                successor_id=self.ids[heir],
                on=MERGER,
                decision="Nghị quyết 202/2025/QH15",
                bears_duties=True,
            )
            for gone, heir in self._bearers.items()
        )
        return units_changed("Danh mục đơn vị", tuple(self.unit(*line) for line in self._lines), successions)

    def unit(
        self, code: str, name: str, kind: Any, function: str | None, parent: str | None, since: date, until: date | None
    ) -> UnitRecord:
        """Return a unit of the country; its life may be another than the one that was told first."""
        place = {"parent_id": parent and self.ids[parent], "valid_from": since, "valid_until": until}
        return UnitRecord.model_validate(
            {"unit_id": self.ids[code], "code": code, "name": name, "kind": kind, "function": function}
            | {"valid_from": since, "valid_until": until, "placements": [place]}
        )


def units_changed(
    decision: str, units: tuple[UnitRecord, ...] = (), successions: tuple[Succession, ...] = ()
) -> UnitsChanged:
    """Return a decision on units, in one part."""
    return UnitsChanged(
        decision_id=uuid5(_DECISIONS, decision),
        decision=decision,
        part=1,
        parts=1,
        units=units,
        successions=successions,
    )


@dataclass
class Teller:
    """Tells a running service of events, as plans and whoever else it listens to does."""

    outbox: Database
    service: Service

    async def tell(self, *events: Event) -> None:
        """Publish events in one transaction, and wait until they have taken effect."""

        async def publish(tx: Any) -> None:
            tx.publish(*events)

        await self.outbox.write(publish)
        await self.drained()

    async def drained(self) -> None:
        """Wait until every event that was told has taken effect."""
        told = await count_rows(self.outbox, outbox)
        async with asyncio.timeout(20):
            while True:
                rings = self.service.database.committed.rings
                if told <= await count_rows(self.service.database, inbox):
                    return
                await self.service.database.committed.after(rings)


async def count_rows(database: Database, table: Any) -> int:
    """Return how many rows a table has."""
    async with database.read() as read:
        return int((await read.execute(select(func.count()).select_from(table))).scalar_one())
