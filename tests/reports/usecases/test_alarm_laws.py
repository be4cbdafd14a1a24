"""Whatever happens to what is owed, and whenever nobody is there: each alarm once, and none to those who do not owe."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reports.builders import DISTRICTS, at, owed
from tests.reports.office import cover
from tests.reports.world import World, a_world
from tests.rig import Blueprint, published

EXAMPLES = int(os.environ.get("LANHMANH_TEST_EXAMPLES", "6"))
"""Each one is a service of its own, so that these are few; a soak asks for more."""

BEGINNING = at("2025-06-06", "00:00:00")
"""Before anything is due soon: what is looked at twice a day falls due at midnight."""
HALF_A_DAY = timedelta(hours=12)
DAY = timedelta(days=1)
MERGED = at("2025-07-01", "00:00:00")
LINES = {"593": ("593", "60", "VN"), "594": ("594", "60", "VN"), "595": ("595", "60", "VN")}
LINES_MERGED = {"593": ("22945", "68", "VN"), "594": ("23235", "68", "VN"), "595": ("22969", "68", "VN")}
"""Who bears what a district owes, and who stands above, before and after the merger."""


class Told(NamedTuple):
    """An alarm, by all that makes it another one."""

    kind: str
    obligation: str
    fell_at: datetime
    step: int


class Story:
    """A world whose watch may be away, beside somebody who looks at the board and writes down whom to tell."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.reports: dict[str, str] = {}
        self.corrections: dict[str, datetime] = {}
        self.expected: dict[Told, tuple[str, datetime]] = {}

    async def look(self) -> None:
        """Have both look at what is owed now."""
        now = self.world.clock.now()
        for one in await self.world.nation.obligations(plan=self.world.plan.slug):
            lines = LINES_MERGED if now >= MERGED else LINES
            line = lines.get(one["unit"]["code"], ())
            for told in self.to_tell(one, now):
                if told.step < len(line):
                    self.expected.setdefault(told, (line[told.step], now))
        await self.world.watch.catch_up()

    def to_tell(self, one: dict[str, Any], now: datetime) -> list[Told]:
        """Return what is to be told of an obligation by its status, whether or not it was told before."""
        name = one["obligation_id"]
        if one["status"] == "due_soon":
            return [Told("due_soon", name, datetime.fromisoformat(one["due_at"]) - 7 * DAY, 0)]
        if one["status"] == "overdue":
            due_at = datetime.fromisoformat(one["due_at"])
            since = max(due_at, self.corrections.get(name, due_at))
            steps = [Told("escalated", name, since + days * DAY, step) for step, days in enumerate((3, 7, 14), 1)]
            return [Told("overdue", name, since, 0), *(step for step in steps if step.fell_at <= now)]
        return []

    async def raised(self) -> dict[Told, tuple[str, datetime]]:
        """Return what was raised, to whom and when, and make sure that it was published, each once."""
        rows = (await self.world.nation.read("/v1/alarms", limit=1000))["items"]
        found = {
            Told(row["kind"], row["obligation_id"], datetime.fromisoformat(row["fell_at"]), row["step"]): (
                row["to_unit"],
                datetime.fromisoformat(row["raised_at"]),
            )
            for row in rows
        }
        assert len(found) == len(rows)
        events = [
            Told(
                fact.split(".")[1], told["obligation_id"], datetime.fromisoformat(told["fell_at"]), told.get("step", 0)
            )
            for fact, told in await published(self.world.plans.service.database)
            if fact.startswith("obligation.")
        ]
        assert sorted(events) == sorted(found)
        return found


Act: TypeAlias = Callable[[Story], Coroutine[Any, Any, None]]


def wait(halves: int) -> Act:
    """Let time pass while somebody watches."""

    async def act(story: Story) -> None:
        for _ in range(halves):
            story.world.clock.advance(HALF_A_DAY)
            await story.look()

    return act


def be_away(days: int) -> Act:
    """Let time pass while nobody does."""

    async def act(story: Story) -> None:
        story.world.clock.advance(days * DAY)

    return act


def report(unit: str) -> Act:
    """Send a report, or the correction of one that was returned."""

    async def act(story: Story) -> None:
        office, covers = story.world.nation, [cover("r1-quarter", "2025-Q2")]
        if unit in story.reports:
            await office.create(f"{story.reports[unit]}/versions", {"covers": covers})
        else:
            story.reports[unit] = await office.reported(*covers, unit=unit)

    return act


def send_back(unit: str, days: int) -> Act:
    """Return a report, if there is one to return."""

    async def act(story: Story) -> None:
        if unit in story.reports:
            answer = await story.world.nation.review(
                story.reports[unit], "return", reason="Thiếu số liệu", correction_days=days
            )
            if answer.status_code == 200:
                until = datetime.fromisoformat(answer.json()["correction_due_at"])
                story.corrections[owed("r1-quarter", "2025-Q2", unit)] = until

    return act


def decide(unit: str, verb: str, days: int) -> Act:
    """Excuse a unit, lift its excuse, or extend its due day."""

    async def act(story: Story) -> None:
        path = f"/v1/obligations/{owed('r1-quarter', '2025-Q2', unit)}"
        day = (story.world.clock.now() + timedelta(days=days)).date().isoformat()
        body = {"reason": "Lũ lụt"} | ({"last_timely_on": day} if verb == "extension" else {})
        await story.world.nation.edit("POST", f"{path}/{verb}", body, of=path)

    return act


UNITS = st.sampled_from(DISTRICTS)
ACTS = st.one_of(
    st.builds(wait, st.integers(1, 6)),
    st.builds(be_away, st.integers(1, 12)),
    st.builds(report, UNITS),
    st.builds(send_back, UNITS, st.integers(1, 6)),
    st.builds(decide, UNITS, st.sampled_from(["excuse", "excuse/lift", "extension"]), st.integers(1, 12)),
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(ACTS, st.booleans()), min_size=4, max_size=12))
def test_each_alarm_is_raised_once_to_who_owes_as_somebody_would_who_looks_all_the_time(
    sqlite_reports: Blueprint, tmp_path: Path, acts: list[tuple[Act, bool]]
) -> None:
    async def live() -> None:
        async with a_world(sqlite_reports, tmp_path, watched=False) as world:
            story = Story(world)
            world.clock.set(BEGINNING)
            for act, looked_at in acts:
                await act(story)
                if looked_at:
                    await story.look()
            await wait(8)(story)

            raised = await story.raised()
            assert {told: to for told, (to, _) in raised.items()} == {
                told: to for told, (to, _) in story.expected.items()
            }
            moments = {told: raised_at - story.expected[told][1] for told, (_, raised_at) in raised.items()}
            assert all(moment < timedelta(seconds=1) for moment in moments.values()), moments
            assert {UUID(told.obligation) for told in raised} <= {UUID(owed(*duty)) for duty in duties()}

    asyncio.run(live())


def duties() -> list[tuple[str, str, str]]:
    """Return what the districts must report, and are not only asked for."""
    periods = (("r1-quarter", "2025-Q2"), ("r1-quarter", "2025-Q3"), ("r1-half-year", "2025-H1"))
    return [(*period, unit) for period in periods for unit in DISTRICTS]
