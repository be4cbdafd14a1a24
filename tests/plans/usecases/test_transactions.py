"""What a use case writes and what it publishes stand or fall together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from contracts.plan_draft import PlanDraft
from contracts.unit_decision import UnitDecision
from kernel.clock import SetClock, legal_day
from runtime.database import Database, Write
from runtime.reference import Actor, Reference
from services.plans.store.plans import get_plan
from services.plans.usecases.decide_units import decide_units
from services.plans.usecases.draft_plan import draft_plan
from services.plans.usecases.issue_plan import issue_plan
from tests.plans.builders import FIRST_UNITS, a_plan
from tests.rig import a_database, published


class PlugPulled(Exception):
    """Something fails after the use case has done its work."""


@pytest_asyncio.fixture
async def database(database_url: str, clock: SetClock) -> AsyncIterator[Database]:
    async with a_database(database_url, service="plans", clock=clock) as database:
        yield database


@pytest.fixture
def reference(database: Database) -> Reference:
    return Reference(database)


async def an_actor(reference: Reference, clock: SetClock, code: str = "VN") -> Actor:
    """Return who acts for a unit today."""
    tree = (await reference.view()).tree
    return Actor("harbour-office-7", code, tree, legal_day(clock.now()))


async def settle(database: Database, reference: Reference, clock: SetClock, *, fail: bool = False) -> None:
    """Take the first units in."""
    actor = await an_actor(reference, clock)
    decision = UnitDecision.model_validate(FIRST_UNITS)

    async def work(tx: Write) -> None:
        await decide_units(decision, tx=tx, actor=actor, at=clock.now(), clock=clock, reference=reference)
        if fail:
            raise PlugPulled

    await database.write(work)


@pytest.mark.asyncio
async def test_units_and_their_event_leave_nothing_when_the_transaction_fails(
    database: Database, reference: Reference, clock: SetClock
) -> None:
    with pytest.raises(PlugPulled):
        await settle(database, reference, clock, fail=True)

    assert len((await reference.view()).tree) == 0
    assert await published(database) == []


@pytest.mark.asyncio
async def test_the_tree_is_seen_as_soon_as_the_decision_is_committed(
    database: Database, reference: Reference, clock: SetClock
) -> None:
    await settle(database, reference, clock)

    assert len((await reference.view()).tree) == len(FIRST_UNITS["units"])


@pytest.mark.asyncio
async def test_an_issue_and_its_event_leave_nothing_when_the_transaction_fails(
    database: Database, reference: Reference, clock: SetClock
) -> None:
    await settle(database, reference, clock)
    actor = await an_actor(reference, clock, "60")
    draft = PlanDraft.model_validate(a_plan())
    await database.write(lambda tx: draft_plan(draft, tx=tx, actor=actor, clock=clock, reference=reference))

    async def work(tx: Write) -> None:
        row: Any = await get_plan(tx, draft.slug)
        await issue_plan(row, tx=tx, actor=actor, at=clock.now(), reference=reference)
        raise PlugPulled

    with pytest.raises(PlugPulled):
        await database.write(work)

    async with database.read() as read:
        assert (await get_plan(read, draft.slug)).state == "draft"
    assert [fact for fact, _ in await published(database)] == ["units.changed"]


@pytest.mark.asyncio
async def test_a_plan_can_name_units_of_the_same_transaction(
    database: Database, reference: Reference, clock: SetClock
) -> None:
    """A use case sees the tree as its own transaction has changed it, not as it was when the request came."""
    actor = await an_actor(reference, clock)
    decision = UnitDecision.model_validate(FIRST_UNITS)

    async def work(tx: Write) -> None:
        await decide_units(decision, tx=tx, actor=actor, at=clock.now(), clock=clock, reference=reference)
        seeing = Actor("harbour-office-7", "60", (await reference.view_in(tx)).tree, legal_day(clock.now()))
        draft = PlanDraft.model_validate(a_plan())
        await draft_plan(draft, tx=tx, actor=seeing, clock=clock, reference=reference)

    await database.write(work)

    async with database.read() as read:
        assert (await get_plan(read, "binh-thuan-2025")).issuer == "60"
