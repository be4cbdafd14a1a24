"""An answer for two instants never changes, whatever happens or is entered later, and however the clock goes."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reports.acts import ACTS, DAYS, Act, enter, report
from tests.reports.world import a_world
from tests.rig import MORNING, Blueprint

EXAMPLES = int(os.environ.get("LANHMANH_TEST_EXAMPLES", "12"))
"""Each one is a service of its own, so that these are fewer than the evaluation's; a soak asks for more."""


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(ACTS, max_size=4),
    after=st.lists(ACTS, min_size=1, max_size=4),
    asked=st.lists(DAYS, min_size=1, max_size=3),
)
def test_an_answer_for_two_instants_stays_the_same(
    sqlite_reports: Blueprint, tmp_path: Path, before: list[Act], after: list[Act], asked: list[int]
) -> None:
    async def live() -> None:
        async with a_world(sqlite_reports, tmp_path) as world:
            for act in before:
                await act(world)
            newest = await world.nation.read("/v1/compliance", plan=world.plan.slug)
            known_at = newest["standpoint"]["known_at"]
            instants = [MORNING + timedelta(days=days) for days in asked]
            first = [await world.ask(instant, known_at) for instant in instants]
            for act in after:
                await act(world)

            assert [await world.ask(instant, known_at) for instant in instants] == first

    asyncio.run(live())


@pytest.mark.asyncio
async def test_what_was_answered_without_naming_it_is_answered_again_by_its_known_at(
    sqlite_reports: Blueprint, tmp_path: Path
) -> None:
    async with a_world(sqlite_reports, tmp_path) as world:
        instant = {"plan": world.plan.slug, "as_of": "2025-06-20T00:00:00Z"}
        single = await world.nation.obligations(**instant)
        first = await world.nation.read("/v1/compliance", **instant)
        await report("593", ("r1-quarter", "2025-Q2"), {"premises.total": 3, "premises.inspected": 1})(world)
        await enter("594", ("r1-quarter", "2025-Q2"), {"premises.total": 3, "premises.inspected": 1}, 0)(world)

        again = await world.nation.read("/v1/compliance", known_at=first["standpoint"]["known_at"], **instant)

        assert (first["standpoint"]["unchanged_since"], first["standpoint"]["unchanged_until"]) == (None, None)
        assert again["counts"] == first["counts"]
        assert await world.nation.obligations(known_at=first["standpoint"]["known_at"], **instant) == single
        assert (await world.nation.read("/v1/compliance", **instant))["counts"] != first["counts"]
