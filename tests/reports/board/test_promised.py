"""What sums say of a plan is what its reports say one by one, for every unit, at any instant, whatever happened."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.clock import to_micros
from tests.reports.acts import DAYS, Act
from tests.reports.board.sums import (
    ACTS,
    a_plan_of_sums,
    ask_now,
    assert_as_made_anew,
    assert_equal,
    memory_of,
    present,
    viewpoints,
)
from tests.reports.world import World, a_world
from tests.rig import MORNING, Blueprint

EXAMPLES = settings(
    max_examples=int(os.environ.get("LANHMANH_TEST_EXAMPLES", "12")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
"""Each one is a service of its own."""
SUMS = {"premises.share", "inspected", "activities", "growth", "funding", "offences"}
"""But for what adds up in two ways, and what units keep one by one."""


async def look(world: World) -> None:
    """Have the board take in what happened."""
    await world.nation.read("/v1/indicators", plan=world.plan.slug)


@EXAMPLES
@given(acts=st.lists(ACTS, min_size=3, max_size=8), days=DAYS, part=st.integers(0, 4))
def test_sums_say_what_reports_say(
    sqlite_reports: Blueprint, tmp_path: Path, acts: list[Act], days: int, part: int
) -> None:
    async def live() -> None:
        async with a_world(sqlite_reports, tmp_path, plan=a_plan_of_sums()) as world:
            for act in acts:
                await act(world)
                await look(world)
            memory, (now, known_at) = memory_of(world), present(world)
            decided = [assert_equal(memory, one, is_now=True) for one in viewpoints(world, now, known_at)]
            assert all(one == SUMS for one in decided)
            then, began = to_micros(MORNING + timedelta(days=days)), to_micros(MORNING)
            for known in (known_at, began + (known_at - began) * part // 4):
                for one in viewpoints(world, then, known, tops=["60", "22945"]):
                    assert_equal(memory, one, is_now=False)

    asyncio.run(live())


@EXAMPLES
@given(acts=st.lists(ACTS, min_size=2, max_size=8))
def test_what_is_kept_of_the_present_is_as_if_it_were_made_anew(
    sqlite_reports: Blueprint, tmp_path: Path, acts: list[Act]
) -> None:
    async def live() -> None:
        async with a_world(sqlite_reports, tmp_path, plan=a_plan_of_sums()) as world:
            await look(world)
            for act in acts:
                await act(world)
                await look(world)
                now, known_at = present(world)
                for one in viewpoints(world, now, known_at, tops=["60"]):
                    # A question may have taken its instant before what it is answered from was written down.
                    ask_now(memory_of(world), replace(one, t=known_at - 1))
                    assert_as_made_anew(memory_of(world), one)

    asyncio.run(live())
