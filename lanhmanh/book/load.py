"""Write the book into the databases of plans and reports, as if all had happened in its time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from contracts.events.plans import PlanIssued
from contracts.plan import Plan
from contracts.unit_decision import UnitDecision
from kernel.calendar.days_off import LEGAL_CALENDAR
from kernel.clock import Clock, legal_day
from kernel.problems import Fault, Words
from kernel.units import UnitTree
from lanhmanh.book.country import country
from lanhmanh.book.pasts import END, pasts_of
from lanhmanh.book.plans import plans_of
from lanhmanh.services import Name, parts_of
from runtime.database import Database, Settings, Write
from runtime.database.migrate import migrate
from runtime.database.outbox import Place, events_after
from runtime.reference import Actor, Reference
from services.plans.usecases.decide_units import decide_units
from services.plans.usecases.enter_plans import enter_plans
from services.reports.domain.obligation import effective_at, owed_under
from services.reports.store.book import enter_plan, has_plans, note_handled

Progress = Callable[[str, int, int], None]
"""Tells what is done, how much of it, and of how much."""


class PlansAlreadyThere(Fault):
    """The book is for databases without plans."""

    code = "plans_already_there"
    vi = Words("Cơ sở dữ liệu đã có kế hoạch", "Không nạp sổ giả lập vào {database}.", "Hãy dùng cơ sở dữ liệu mới.")
    en = Words("There are plans already", "The synthetic book is not put into {database}.", "Use a new database.")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is made."""

    years: int
    share: float = 1.0
    """Of the communes."""
    figures: float = 0.0
    """The share of plain reports whose figures are kept."""
    seed: int = 2026


async def load_book(plans_url: str, reports_url: str, size: Size, *, clock: Clock, progress: Progress) -> int:
    """Make the book and write it; return how many obligations there are.

    Raises:
        PlansAlreadyThere: One of the databases has plans.
    """
    first_year = END.year - size.years + 1
    decision = country(first_year, size.share)
    plans = list(plans_of(decision, range(first_year, END.year + 1)))
    async with _opened(Name.PLANS, plans_url, clock) as told, _opened(Name.REPORTS, reports_url, clock) as kept:
        await _ensure_new(told, kept)
        await _enter_units(told, decision, clock)
        for year, some in groupby(plans, lambda plan: plan.from_year):
            await _issue(told, list(some))
            progress("Kế hoạch", year - first_year + 1, size.years)
        return await _enter_all(told, kept, plans, size, progress)


@asynccontextmanager
async def _opened(name: Name, url: str, clock: Clock) -> AsyncIterator[Database]:
    database = Database(Settings(url=url), service=name.value, clock=clock)
    await database.open()
    try:
        await migrate(database, parts_of(name).migrations)
        yield database
    finally:
        await database.close()


async def _ensure_new(told: Database, kept: Database) -> None:
    """What plans issues stands in its outbox for ever."""
    if await _issued(told):
        raise PlansAlreadyThere(database=told.service)
    async with kept.read() as read:
        if await has_plans(read):
            raise PlansAlreadyThere(database=kept.service)


async def _enter_units(told: Database, decision: UnitDecision, clock: Clock) -> None:
    now = clock.now()
    reference = Reference(told)

    async def work(tx: Write) -> None:
        actor = Actor("book", "VN", UnitTree(), legal_day(now))
        await decide_units(decision, tx=tx, actor=actor, at=now, clock=clock, reference=reference)

    await told.write(work)


async def _issue(told: Database, plans: Sequence[Plan]) -> None:
    await told.write(lambda tx: enter_plans(plans, effective_at(plans[0]), tx=tx))


async def _issued(told: Database) -> list[UUID]:
    """Return the events that tell of plans."""
    async with told.read() as read:
        rows = (await read.execute(events_after(Place(-1, -1)))).all()
    return [row.event_id for row in rows if row.type == PlanIssued.type]


async def _enter_all(told: Database, kept: Database, plans: Sequence[Plan], size: Size, progress: Progress) -> int:
    """Enter what each plan made units owe, and see to it that reports does not make it again when it hears of them."""
    events = await _issued(told)
    await kept.write(lambda tx: note_handled(tx, Name.REPORTS, events))
    total = 0
    for done, plan in enumerate(plans):
        total += await _enter(kept, plan, effective_at(plan), size, place=done)
        progress("Nghĩa vụ báo cáo", done + 1, len(plans))
    return total


async def _enter(kept: Database, plan: Plan, opened_at: datetime, size: Size, *, place: int) -> int:
    owed = list(owed_under(plan, LEGAL_CALENDAR))
    elements = [element.code for element in plan.elements]
    past = list(pasts_of(owed, opened_at, elements, figures=size.figures, seed=(size.seed, place)))
    await kept.write(lambda tx: enter_plan(tx, plan, opened_at, past))
    return len(owed)
