"""Answer questions from memory that follows the database: every answer has read what was committed before it was asked.

One thread owns the arrays, and lends them to the event loop for what little changed. Answers are encoded bytes, kept by
question for as long as they hold: until there is a new revision, or the next boundary passes. At 17:00:00 something
falls due without any new revision.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple, ParamSpec, Protocol, TypeVar
from uuid import UUID

from contracts.plan import Plan
from kernel.calendar.days_off import LEGAL_CALENDAR
from kernel.clock import Clock, to_micros
from kernel.units import UnitTree
from runtime.database import Database
from runtime.reference import Look, Reference, ReferenceView
from runtime.shared import Shared
from runtime.telemetry.log import get_logger
from services.reports.board.feed import read_delta
from services.reports.board.memory import Memory, PlanVersion
from services.reports.board.saved import NotSaved, restored, save
from services.reports.domain.refusals import PlanUnknown

P = ParamSpec("P")
T = TypeVar("T")

_ANSWERS_KEPT = 512
_SAVED_AFTER = 100_000
"""Rows that changed. So many are read again in less time than the rest takes to start."""


class Question(Protocol):
    """What can be asked. Equal questions get the same bytes while nothing changed."""

    @property
    def as_of(self) -> datetime | None:
        """The instant asked about; None for the present."""
        ...

    @property
    def is_timed(self) -> bool:
        """Whether the answer tells of the very instant at which it is given, and is kept for no other."""
        ...

    def __hash__(self) -> int: ...

    def answer(self, memory: Memory, t: int) -> bytes:
        """Return the encoded answer for an instant in microseconds UTC. Runs in the thread that owns the memory."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """Bytes, and the strong ETag under which they are the same."""

    body: bytes
    etag: str


class _State(NamedTuple):
    """How far a memory has followed."""

    epoch: UUID
    number: int
    reference: int

    def has(self, look: Look) -> bool:
        """Say whether all is in it that a look found."""
        newest, reference = look
        return self.epoch == newest.epoch and self.number >= newest.number and self.reference >= reference.revision


class _Kept(NamedTuple):
    """An answer with what it holds for: one state, and the instants from one boundary to before the next."""

    answer: Answer
    state: _State
    since: int | None
    until: int | None

    def holds(self, state: _State | None, t: int) -> bool:
        began, over = self.since is None or self.since <= t, self.until is not None and self.until <= t
        return self.state == state and began and not over


class Board:
    """The memory with its thread, its feed and its kept answers."""

    def __init__(
        self,
        database: Database,
        reference: Reference,
        clock: Clock,
        *,
        keep: int = _ANSWERS_KEPT,
        file: Path | None = None,
    ) -> None:
        """Take what it follows, how many answers it keeps at most, and where it saves its memory for the next start."""
        self._database = database
        self._reference = reference
        self._clock = clock
        self._keep = keep
        self._file = file
        self._log = get_logger(database.service)
        self._unsaved = 0
        """How many rows have changed since the memory was saved."""
        self._placed: Set[object] = frozenset()
        """What was known of where units stand when it was."""
        self._memory = Memory(ReferenceView(0, UnitTree(), LEGAL_CALENDAR))
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="board")
        self._turn = threading.Lock()
        """Held by whoever works with the memory: its thread, or the event loop."""
        self._pulls = Shared(self._take_in)
        self._state: _State | None = None
        """That of the memory, as the event loop knows it; None while it is not to be relied on."""
        self._written_at = clock.now()
        """When the newest change that is known was written down."""
        self._versions: Mapping[str, Sequence[PlanVersion]] = {}
        """Of each plan by its slug, the newest one last."""
        self._kept: dict[Question, _Kept] = {}
        """Written by the thread only. The oldest come first."""

    def open(self) -> None:
        """Go on with the memory that was saved, if there is one."""
        if self._file is None:
            return
        try:
            memory = restored(self._file)
        except NotSaved as reason:
            self._log.info("board_not_restored", error=type(reason.__cause__ or reason).__name__)
            return
        assert memory.at is not None  # noqa: S101 - no other is saved
        self._memory = memory
        self._placed = frozenset(memory.positions)
        self._versions = _versions_in(memory)
        self._reference.start_from(Look(memory.at, memory.reference))

    def close(self) -> None:
        """Answer no more, and save the memory if it changed since, or found out where units stand."""
        self._thread.shutdown()
        if self._unsaved or self._memory.positions.keys() != self._placed:
            self._save(self._memory)

    async def ask(self, question: Question, look: Look | None = None) -> Answer:
        """Return the answer, from all that was committed before the question, or that a look after it has found."""
        await self._follow(look)
        # What was written down is not in the future, though this clock may be behind the one that it was timed with.
        t = to_micros(question.as_of or max(self._clock.now(), self._written_at))
        kept = self._kept.get(question)
        if kept is not None and kept.holds(self._state, t):
            return kept.answer
        return await self._in_thread(self._answer, question, t)

    async def versions_of(self, plan: str, look: Look | None = None) -> Sequence[Plan]:
        """Return all versions of the plan with this slug, the newest one last.

        Raises:
            PlanUnknown: None was issued under this slug.
        """
        await self._follow(look)
        if plan not in self._versions:
            raise PlanUnknown(plan=plan)
        return [version.plan for version in self._versions[plan]]

    async def pull(self) -> None:
        """Take in what changed in the database."""
        await self._pulls()

    async def _follow(self, look: Look | None) -> None:
        found = look or await self._reference.look()
        if self._state is None or not self._state.has(found):
            await self.pull()

    async def _take_in(self) -> None:
        memory = self._memory
        delta = await read_delta(self._database, self._reference, memory.known)
        if delta.owed.whole:
            # The first one, another history of the database, or a change that was half taken in: start over.
            memory = Memory(delta.reference)
        try:
            if memory.is_little(delta) and self._turn.acquire(blocking=False):
                # Handing it over would take longer than it does itself.
                try:
                    memory.apply(delta)
                finally:
                    self._turn.release()
            else:
                await self._in_thread(memory.apply, delta)
        except Exception:
            self._state = None
            raise
        if memory is not self._memory or delta.plans or delta.plan_versions:
            self._versions = _versions_in(memory)
        self._memory = memory
        self._state, self._written_at = _state_of(memory), delta.until.recorded_at
        self._unsaved += len(delta.owed.states["flags"])
        if self._unsaved >= _SAVED_AFTER:
            self._unsaved = 0
            self._thread.submit(self._in_turn, self._save, memory)

    async def _in_thread(self, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        do = partial(self._in_turn, work, *given, **named)
        return await asyncio.get_running_loop().run_in_executor(self._thread, do)

    def _in_turn(self, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        with self._turn:
            return work(*given, **named)

    def _save(self, memory: Memory) -> None:
        if self._file is None or memory.at is None:
            return
        self._placed = frozenset(memory.positions)
        try:
            save(memory, self._file)
        except OSError as error:
            # The next start takes longer: nothing else.
            self._log.warning("board_not_saved", error=type(error).__name__)

    def _answer(self, question: Question, t: int) -> Answer:
        memory = self._memory
        state = _state_of(memory)
        kept = self._kept.get(question)
        if kept is not None and kept.holds(state, t):
            # Somebody asked the same just before.
            return kept.answer
        since, until = (t, t + 1) if question.is_timed else memory.boundaries_around(t)
        digest = hashlib.sha256(repr((question, state, since)).encode()).hexdigest()[:32]
        answer = Answer(question.answer(memory, t), f'"{digest}"')
        self._kept.pop(question, None)
        self._kept[question] = _Kept(answer, state, since, until)
        while len(self._kept) > self._keep:
            del self._kept[next(iter(self._kept))]
        return answer


def _state_of(memory: Memory) -> _State:
    at = memory.at
    assert at is not None  # noqa: S101 - a pull came first
    return _State(at.epoch, at.number, memory.reference.revision)


def _versions_in(memory: Memory) -> Mapping[str, Sequence[PlanVersion]]:
    return {
        slug: sorted(memory.versions[plan_id], key=lambda version: version.number)
        for slug, plan_id in memory.plan_ids.items()
    }
