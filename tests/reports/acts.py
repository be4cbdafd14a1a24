"""What may happen in a world between two looks at it, for laws that hold whatever it is."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import timedelta
from typing import Any, TypeAlias

from hypothesis import strategies as st

from tests.reports.builders import DISTRICTS, QUARTER, owed
from tests.reports.office import cover
from tests.reports.told import FACTS, Tip, released, what_of
from tests.reports.world import RULES, World
from tests.rig import MORNING

DAYS = st.integers(0, 250)
PERIODS = st.sampled_from([("r1-quarter", "2025-Q2"), ("r1-quarter", "2025-Q3"), ("r1-half-year", "2025-H1")])
UNITS = st.sampled_from(DISTRICTS)
FIGURES = st.fixed_dictionaries({"premises.total": st.integers(1, 9), "premises.inspected": st.integers(0, 9)})

Act: TypeAlias = Callable[[World], Coroutine[Any, Any, None]]


def move_clock(days: int) -> Act:
    """Set the clock, forwards or backwards."""

    async def act(world: World) -> None:
        world.clock.set(MORNING + timedelta(days=days))

    return act


def report(unit: str, duty: tuple[str, str], figures: dict[str, int]) -> Act:
    """Send a report, if there is none, and accept it."""

    async def act(world: World) -> None:
        answer = await world.nation.report(cover(*duty, figures), unit=unit)
        if answer.status_code == 201:
            path = f"/v1/reports/{answer.json()['report_id']}"
            verb, body = ("return", {"reason": "Thiếu"}) if figures["premises.inspected"] > 6 else ("accept", {})
            await world.nation.review(path, verb, **body)

    return act


def enter(unit: str, duty: tuple[str, str], figures: dict[str, int], days_ago: int) -> Act:
    """Enter a report that came some days ago."""

    async def act(world: World) -> None:
        received = world.clock.now() - timedelta(days=days_ago)
        proof = {"received_at": received.isoformat(), "channel": "paper", "evidence": "Sổ công văn đến"}
        line = {"plan": world.plan.slug, "unit": unit, "covers": [cover(*duty, figures)]} | proof
        answer = await world.nation.load("/v1/report-imports/bulk", [line])
        assert answer.status_code == 200

    return act


def decide(unit: str, duty: tuple[str, str], verb: str, days: int) -> Act:
    """Excuse a unit, or extend its due day."""

    async def act(world: World) -> None:
        path = f"/v1/obligations/{owed(*duty, unit)}"
        day = (world.clock.now() + timedelta(days=days)).date().isoformat()
        body = {"reason": "Lũ lụt"} | ({"last_timely_on": day} if verb == "extension" else {})
        await world.nation.edit("POST", f"{path}/{verb}", body, of=path)

    return act


def amend(day: int) -> Act:
    """Give the quarterly reports another due day."""

    async def act(world: World) -> None:
        due = {"bound": "by", "day": day}
        world.plan = await world.plans.amend(
            world.plan, rules=[QUARTER | {"due": due}, *RULES[1:]], effective_on=world.clock.now().date().isoformat()
        )

    return act


def hear_of_tip(unit: str, number: int, fact: str, days: int, late: bool) -> Act:
    """Hear something of a tip, which may have happened long ago, or before anything else was heard of it."""

    async def act(world: World) -> None:
        tip = Tip(unit, MORNING + timedelta(days=10 * number), name=str(number))
        await world.plans.tell(what_of(tip, fact, tip.received_at + timedelta(days=days), late=late))

    return act


def hear_of_release(unit: str, served: int, days: int) -> Act:
    """Hear of statistics; those of few persons are suppressed."""

    async def act(world: World) -> None:
        shown = served if served > 3 else None
        day = MORNING + timedelta(days=days)
        await world.plans.tell(released(shown, shown and 9, unit=unit, occurred_at=day))

    return act


ACTS = st.one_of(
    st.builds(move_clock, DAYS),
    st.builds(report, UNITS, PERIODS, FIGURES),
    st.builds(enter, UNITS, PERIODS, FIGURES, st.integers(0, 60)),
    st.builds(decide, UNITS, PERIODS, st.sampled_from(["excuse", "extension"]), st.integers(0, 90)),
    st.builds(amend, st.integers(10, 28)),
    st.builds(hear_of_tip, UNITS, st.integers(0, 3), st.sampled_from(FACTS), DAYS, st.booleans()),
    st.builds(hear_of_release, st.sampled_from(["60", "593"]), st.integers(0, 9), DAYS),
)


async def paged(world: World, path: str, limits: Sequence[int], between: Iterable[Act], **query: Any) -> list[Any]:
    """Read all pages of a list, of these sizes in turn, while something happens before each but the first.

    The first one that is returned is no page, but the whole list, asked for from where the first page looked.
    """
    sizes, acts = itertools.cycle(limits), iter(between)
    pages = [await world.nation.read(path, plan=world.plan.slug, limit=next(sizes), **query)]
    instants = {name: pages[0]["standpoint"][name] for name in ("as_of", "known_at")}
    whole = await world.nation.read(path, plan=world.plan.slug, limit=1000, **query, **instants)
    while (cursor := pages[-1]["next_cursor"]) is not None:
        act = next(acts, None)
        if act is not None:
            await act(world)
        asked = query | {"plan": world.plan.slug, "limit": next(sizes), "cursor": cursor}
        pages.append(await world.nation.read(path, **asked))
    return [whole, *pages]
