"""What the tables themselves hold to, whatever a use case forgets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy.exc import IntegrityError

from contracts.plan import Plan
from contracts.plan_draft import PlanDraft
from kernel.clock import SetClock
from runtime.database import Database, Write
from services.plans.domain.refusals import SlugTaken, SymbolTaken
from services.plans.store.plans import PlanRow, add_draft, add_version, get_plan, get_version
from tests.plans.builders import a_plan
from tests.rig import a_database

ISSUER = UUID("019ee2c1-9d00-7d38-9e87-5ed40c6065e7")


@pytest_asyncio.fixture
async def database(database_url: str, clock: SetClock) -> AsyncIterator[Database]:
    async with a_database(database_url, service="plans", clock=clock) as database:
        yield database


def plan_of(draft: PlanDraft, **changed: Any) -> Plan:
    """Return a plan without resolving anything."""
    said = draft.model_dump(exclude={"units_as_of"})
    return Plan.model_validate(said | {"plan_id": uuid4(), "version": 1, "issuer_id": ISSUER} | changed)


async def drafted(database: Database, **changed: Any) -> Plan:
    """Write a draft."""
    draft = PlanDraft.model_validate(a_plan(**changed))
    plan = plan_of(draft)
    await database.write(lambda tx: add_draft(tx, plan, draft))
    return plan


@pytest.mark.asyncio
async def test_a_draft_comes_back_as_it_was_written(database: Database) -> None:
    await drafted(database)

    async with database.read() as read:
        row = await get_plan(read, "binh-thuan-2025")

    assert PlanDraft.model_validate(row.draft) == PlanDraft.model_validate(a_plan())


@pytest.mark.asyncio
async def test_a_version_comes_back_word_for_word_with_both_its_times(database: Database, clock: SetClock) -> None:
    plan = await drafted(database)
    at = datetime(2025, 4, 18, 1, 59, 59, 7, tzinfo=UTC)
    await database.write(lambda tx: add_version(tx, plan, at))

    async with database.read() as read:
        version = await get_version(read, plan.slug, 1)
        newest = await read.newest()

    assert Plan.model_validate(version.document) == plan
    assert (version.occurred_at, version.revision) == (at, newest.number)
    assert version.recorded_at == newest.recorded_at >= clock.now()


@pytest.mark.asyncio
async def test_every_change_stamps_the_plan_with_a_new_revision_and_edition(database: Database) -> None:
    plan = await drafted(database)
    async with database.read() as read:
        before = await get_plan(read, plan.slug)
    await database.write(lambda tx: add_version(tx, plan, tx.recorded_at))
    async with database.read() as read:
        after = await get_plan(read, plan.slug)

    assert after.revision == before.revision + 1
    assert (before.edition, after.edition) == (1, 2)


@pytest.mark.asyncio
async def test_a_slug_or_a_symbol_that_is_taken_is_refused(database: Database) -> None:
    await drafted(database)

    with pytest.raises(SlugTaken):
        await drafted(database)
    with pytest.raises(SymbolTaken):
        await drafted(database, slug="another")


@pytest.mark.asyncio
@pytest.mark.parametrize("changed", [{"symbol": "another"}, {"slug": "another"}])
async def test_the_database_itself_refuses_a_second_slug_or_symbol(database: Database, changed: dict[str, Any]) -> None:
    plan = await drafted(database)
    table = PlanRow.__table__  # type: ignore[attr-defined]

    async def copy(tx: Write) -> None:
        row = (await get_plan(tx, plan.slug))._asdict()
        await tx.execute(table.insert().values(row | {"id": uuid4()} | changed))

    with pytest.raises(IntegrityError):
        await database.write(copy)
