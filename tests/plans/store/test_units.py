"""Many units are found by few statements."""

from __future__ import annotations

from uuid import uuid4

import pytest

from kernel.clock import SetClock
from kernel.ids import unit_id
from runtime.database import Write
from runtime.reference.apply import write_units
from services.plans.store.units import successions_from, units_with_codes, units_with_ids
from tests.plans.domain.country import first_changes, first_tree, worked_out
from tests.rig import a_database

MERGER = {"decision": "x", "on": "2025-07-01", "successions": [{"from": "593", "to": "594"}]}


@pytest.mark.asyncio
async def test_units_are_found_among_more_names_than_one_statement_takes(database_url: str, clock: SetClock) -> None:
    changes = first_changes()
    successions = worked_out(MERGER, first_tree(), ()).successions

    async def write(tx: Write) -> None:
        await write_units(tx, decision="x", units=changes.units, successions=successions)

    async with a_database(database_url, service="plans", clock=clock) as database:
        await database.write(write)
        async with database.read() as read:
            strange = [f"Z{number}" for number in range(2500)]
            by_code = await units_with_codes(read, [*strange, "60", "22918"])
            by_id = await units_with_ids(read, [*(uuid4() for _ in range(2500)), *by_code])
            followed = await successions_from(read, [*(uuid4() for _ in range(2500)), unit_id("593", "2000-01-01")])

    assert by_code == by_id == {one.unit_id: one for one in changes.units if one.code in ("60", "22918")}
    assert followed == list(successions)
