"""Answer questions from memory that follows the database: every answer has read what was committed before it was asked.

One thread owns the arrays. Questions that wait share one pull, begun after they arrived. Answers are encoded bytes,
kept under the whole question, the revision, and the last boundary passed: at 17:00:00 something falls due without any
new revision.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kernel.calendar.days_off import LEGAL_CALENDAR
from kernel.clock import Clock, to_micros
from kernel.units import UnitTree
from runtime.database import Database
from runtime.reference import Reference, ReferenceView
from services.reports.board.feed import read_delta
from services.reports.board.memory import Memory

_ANSWERS_KEPT = 512


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


class Board:
    """The memory with its thread, its feed and its kept answers."""

    def __init__(self, database: Database, reference: Reference, clock: Clock) -> None:
        self._database = database
        self._reference = reference
        self._clock = clock
        self._memory = Memory(ReferenceView(0, UnitTree(), LEGAL_CALENDAR))
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="board")
        self._turn = asyncio.Lock()
        self._begun = 0
        self._finished = 0
        """Number of the last pull that was begun and did not fail."""
        self._answers: OrderedDict[tuple[object, ...], Answer] = OrderedDict()

    async def ask(self, question: Question) -> Answer:
        """Return the answer, from all that was committed before the question."""
        await self._pull()
        now = self._clock.now()
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, question, now)

    async def _pull(self) -> None:
        # A caller that gives up must not leave the turn to the next one while its change is being taken in.
        await asyncio.shield(asyncio.ensure_future(self._pull_in_turn(arrived=self._begun)))

    async def _pull_in_turn(self, arrived: int) -> None:
        async with self._turn:
            if self._finished > arrived:
                # Another question's pull began after this one arrived, and has finished.
                return
            self._begun += 1
            await self._take_in()
            self._finished = self._begun

    async def _take_in(self) -> None:
        memory, at = self._memory, self._memory.at
        number, epoch = (0, None) if at is None else (at.number, at.epoch)
        delta = await read_delta(self._database, self._reference, number, epoch, memory.owed.known)
        if at is None or delta.until.epoch != epoch:
            # The first one, another history of the database, or a change that was half taken in: start over.
            memory = Memory(delta.reference)
        await asyncio.get_running_loop().run_in_executor(self._thread, memory.apply, delta)
        self._memory = memory

    def _answer(self, question: Question, now: datetime) -> Answer:
        memory, at = self._memory, self._memory.at
        assert at is not None  # noqa: S101 - a pull came first
        # What was written down is not in the future, though this clock may be behind the one that it was timed with.
        t = to_micros(question.as_of or max(now, at.recorded_at))
        moment = t if question.is_timed else memory.boundaries_around(t)[0]
        key = (question, at.epoch, at.number, memory.reference.revision, moment)
        kept = self._answers.get(key)
        if kept is None:
            digest = hashlib.sha256(repr(key).encode()).hexdigest()[:32]
            kept = self._answers[key] = Answer(question.answer(memory, t), f'"{digest}"')
            while len(self._answers) > _ANSWERS_KEPT:
                self._answers.popitem(last=False)
        else:
            self._answers.move_to_end(key)
        return kept
