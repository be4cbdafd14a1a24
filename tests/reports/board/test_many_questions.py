"""Many questions at once, and several processes over one database."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.plan import Plan
from kernel.clock import SetClock
from kernel.ids import UnitId
from runtime.database import Database, insert_rows
from runtime.database.revision import revision
from runtime.reference import Reference
from services.reports.board import Board, feed
from services.reports.board import board as board_module
from services.reports.board.feed import Delta
from services.reports.board.indicators import IndicatorsQuestion
from services.reports.board.memory import Memory
from services.reports.board.obligation_page import ObligationsQuestion
from services.reports.board.survey import Extent
from services.reports.domain.refusals import PlanUnknown
from services.reports.evaluation.history import FactKind
from services.reports.store.columns import Known
from services.reports.store.happenings import Happening, record
from services.reports.store.obligations import ObligationRow
from services.reports.store.schema import metadata
from services.reports.wiring import Reports
from tests.reports.builders import DISTRICTS, QUARTER, UNIT, a_rule, an_indicator, at, owed
from tests.reports.office import H1, Q2, Office, PlansOffice, cover
from tests.rig import a_database

pytestmark = pytest.mark.usefixtures("plan", "client")

OBLIGATIONS = ObligationRow.__table__  # type: ignore[attr-defined]
ALL = ObligationsQuestion(Extent(UnitId(UNIT["60"]), "binh-thuan-2025"))
MET = IndicatorsQuestion("binh-thuan-2025", UnitId(UNIT["60"]))


class Pulls:
    """Every pull from the database, by the revision from which it reads."""

    def __init__(self) -> None:
        self.after: list[int] = []
        self.begun = asyncio.Event()


@pytest.fixture
def pulls(monkeypatch: pytest.MonkeyPatch) -> Pulls:
    pulls = Pulls()
    read_delta = feed.read_delta

    async def noted(database: Database, reference: Reference, known: Known) -> Delta:
        pulls.after.append(known.revision)
        pulls.begun.set()
        return await read_delta(database, reference, known)

    monkeypatch.setattr(board_module, "read_delta", noted)
    return pulls


@pytest.mark.asyncio
async def test_questions_that_wait_share_one_pull(service: Reports, pulls: Pulls) -> None:
    first = asyncio.ensure_future(service.board.ask(ALL))
    await pulls.begun.wait()

    answers = await asyncio.gather(first, *(service.board.ask(ALL) for _ in range(40)))

    assert len({answer.etag for answer in answers}) == 1
    assert len(pulls.after) == 2, "what the first one pulled may be older than the others' questions"


@pytest.mark.asyncio
async def test_what_a_look_found_is_not_pulled_twice(service: Reports, district: Office, pulls: Pulls) -> None:
    before = await service.reference.look()
    await district.reported(Q2)
    look = await service.reference.look()

    for found in (look, look, before):
        await service.board.ask(ALL, found)
        await service.board.versions_of("binh-thuan-2025", found)

    assert len(pulls.after) == 1


@pytest.mark.asyncio
async def test_a_plans_versions_are_known_as_soon_as_it_is_amended(
    service: Reports, plans: PlansOffice, plan: Plan
) -> None:
    before = await service.board.versions_of(plan.slug)
    amended = await plans.amend(plan, title="Kế hoạch sửa đổi")

    assert (before, await service.board.versions_of(plan.slug)) == ([plan], [plan, amended])
    with pytest.raises(PlanUnknown):
        await service.board.versions_of("ke-ga-2025")


@dataclass(frozen=True)
class Counted:
    """A question that counts how often an answer to it is made."""

    name: str
    made: list[int] = field(default_factory=list, compare=False, repr=False)
    as_of: datetime | None = None
    is_timed: bool = False

    def answer(self, memory: Memory, t: int) -> bytes:  # noqa: ARG002 - nothing is looked up
        self.made.append(t)
        return self.name.encode()


@pytest.mark.asyncio
async def test_an_answer_is_made_once_until_a_revision_or_a_boundary_changes_it(
    service: Reports, district: Office, clock: SetClock
) -> None:
    question = Counted("Ai chậm?")
    etags = []

    async def ask_twice() -> None:
        answers = await asyncio.gather(service.board.ask(question), service.board.ask(question))
        etags.append({answer.etag for answer in (*answers, await service.board.ask(question))})

    await ask_twice()
    clock.advance(timedelta(seconds=1))
    await ask_twice()
    await district.reported(Q2)
    await ask_twice()
    clock.set(at("2025-06-14", "23:59:59"))
    await ask_twice()
    clock.set(at("2025-06-15", "00:00:00"))
    await ask_twice()

    assert len(question.made) == 4
    assert [len(some) for some in etags] == [1] * 5
    assert len(set.union(*etags)) == 4


@pytest.mark.asyncio
async def test_only_so_many_answers_are_kept(service: Reports, clock: SetClock) -> None:
    board = Board(service.database, service.reference, clock, keep=2)
    questions = [Counted(f"Câu {number}") for number in range(3)]

    for question in (*questions, questions[2], questions[1], questions[0]):
        await board.ask(question)

    assert [len(question.made) for question in questions] == [2, 1, 1]


@pytest.mark.asyncio
async def test_every_question_sees_what_was_committed_before_it(
    office: Callable[[str], Office], province: Office
) -> None:
    async def report_and_look(unit: str, covers: dict[str, Any]) -> str:
        await office(unit).reported(covers)
        return (await province.statuses())[covers["rule"], covers["period"], unit]

    pairs = [(unit, covers) for unit in DISTRICTS for covers in (Q2, H1)]

    seen = await asyncio.gather(*(report_and_look(*pair) for pair in pairs))

    assert seen == ["on_time"] * 6


@pytest.mark.asyncio
async def test_a_pull_that_fails_does_not_answer_those_who_wait_for_it(
    service: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_delta, pulled = feed.read_delta, 0

    async def fails_once(*args: Any) -> Delta:
        nonlocal pulled
        pulled += 1
        if pulled == 1:
            raise ConnectionError
        return await read_delta(*args)

    monkeypatch.setattr(board_module, "read_delta", fails_once)

    answers = await asyncio.gather(*(service.board.ask(ALL) for _ in range(5)), return_exceptions=True)

    assert [type(answer).__name__ for answer in answers] == ["ConnectionError", *["Answer"] * 4]
    assert pulled == 2


@pytest.mark.asyncio
async def test_a_change_that_was_taken_in_by_half_is_taken_in_again_from_the_beginning(
    service: Reports, district: Office, province: Office, pulls: Pulls, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, look = await province.statuses(), await service.reference.look()
    await district.reported(Q2)
    with monkeypatch.context() as broken:
        broken.setattr(Memory, "_add_figures", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await service.board.ask(ALL)

    assert (await service.board.ask(MET, look)).body
    after = await province.statuses()

    assert {key for key in before if before[key] != after[key]} == {("r1-quarter", "2025-Q2", "593")}
    assert pulls.after[-1] == 0


@pytest.mark.asyncio
async def test_after_a_restore_the_board_knows_only_what_was_restored(
    service: Reports, district: Office, province: Office
) -> None:
    async with service.database.read() as read:
        number = (await read.newest()).number
        saved = {table: (await read.execute(select(table))).all() for table in metadata.sorted_tables}
    await district.reported(Q2)
    assert "on_time" in (await province.statuses()).values()

    async def restore(connection: AsyncConnection) -> None:
        for table, rows in saved.items():
            await connection.execute(delete(table))
            await insert_rows(connection, table, [row._asdict() for row in rows])
        await connection.execute(update(revision).values(number=number, epoch=uuid4()))

    await service.database.mark(restore)

    assert "on_time" not in (await province.statuses()).values()


@pytest.mark.asyncio
async def test_who_gives_up_leaves_nothing_half_done(service: Reports, district: Office, province: Office) -> None:
    await district.reported(Q2)
    impatient = asyncio.ensure_future(service.board.ask(ALL))
    await asyncio.sleep(0)
    impatient.cancel()

    assert (await province.statuses())["r1-quarter", "2025-Q2", "593"] == "on_time"
    assert impatient.cancelled()


@pytest_asyncio.fixture
async def other(database_url: str, service: Reports, clock: SetClock) -> AsyncIterator[Board]:
    """A board that has not looked yet: on PostgreSQL that of another process."""
    if database_url.startswith("sqlite"):
        yield Board(service.database, Reference(service.database), clock)
        return
    async with a_database(database_url, service="reports", clock=clock) as database:
        yield Board(database, Reference(database), clock)


@pytest.mark.asyncio
async def test_two_boards_give_the_same_answers_whenever_they_began_to_look(
    service: Reports,
    other: Board,
    plans: PlansOffice,
    plan: Plan,
    office: Callable[[str], Office],
    health: Office,
    clock: SetClock,
) -> None:
    figures = {"premises.total": 9, "premises.inspected": 3}
    await service.board.ask(ALL)
    for unit in reversed(DISTRICTS):
        path = await office(unit).reported(cover("r1-year", "2025", figures))
        await service.board.ask(ALL)
        await (health.accept(path) if unit != "594" else health.review(path, "return", reason="Thiếu"))
    await plans.amend(plan, rules=[QUARTER | {"due": {"bound": "by", "day": 20}}, *plan.rules[1:]])
    clock.set(at("2025-06-15"))

    mine = [await service.board.ask(question) for question in (ALL, MET)]
    others = [await other.ask(question) for question in (ALL, MET)]

    assert mine == others
    assert mine[0].etag != mine[1].etag


@pytest.mark.asyncio
async def test_of_two_reports_on_one_figure_every_board_takes_the_same(
    service: Reports, other: Board, plans: PlansOffice, plan: Plan, district: Office, health: Office
) -> None:
    count = {"measure": "count", "value": ["activities.held"], "target": {"at_least": 1}}
    twice = {"rules": [QUARTER, a_rule("r9")], "indicators": [an_indicator("held", measure=count, period="quarter")]}
    await plans.amend(plan, **twice)
    await service.board.ask(MET)
    # The one that stands first in the table is changed last, so that who looks only now reads it last.
    for rule in sorted(("r1-quarter", "r9"), key=lambda rule: owed(rule, "2025-Q2"), reverse=True):
        held = {"r1-quarter": 5, "r9": 7}[rule]
        await health.accept(await district.reported(cover(rule, "2025-Q2", {"activities.held": held})))

    mine, others = await service.board.ask(MET), await other.ask(MET)

    assert b'"value":{"n":5,"d":1}' in mine.body
    assert mine == others


@pytest.mark.asyncio
async def test_another_board_sees_what_was_committed_elsewhere(other: Board, district: Office) -> None:
    before = await other.ask(ALL)
    await district.reported(Q2)

    after = await other.ask(ALL)

    assert [one.body.count(b'"status":"on_time"') for one in (before, after)] == [0, 1]


@dataclass(frozen=True)
class Long:
    """A question whose answer takes until it is let go."""

    begun: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)
    as_of: datetime | None = None
    is_timed: bool = False

    def answer(self, memory: Memory, t: int) -> bytes:  # noqa: ARG002 - nothing is looked up
        self.begun.set()
        assert self.let_go.wait(60)
        return b"" if memory.at is None else str(memory.at.number).encode()


@pytest.mark.asyncio
async def test_what_little_changed_waits_for_an_answer_that_is_being_made(service: Reports) -> None:
    await service.board.pull()
    before = await service.reference.look()
    question = Long()
    asking = asyncio.ensure_future(service.board.ask(question))
    await asyncio.to_thread(question.begun.wait, 60)

    async with service.database.read() as read:
        one, *_ = (await read.execute(select(OBLIGATIONS.c.id))).scalars().all()
    await service.database.write(lambda tx: record(tx, {one: [Happening(FactKind.EXCUSED, tx.recorded_at)]}))
    pulling = asyncio.ensure_future(service.board.pull())
    done, _ = await asyncio.wait([pulling], timeout=0.5)
    question.let_go.set()

    assert not done
    assert (await asking).body == str(before.newest.number).encode()
    await pulling
    assert (await service.board.ask(ALL)).body
