"""Answer questions from memory that follows the database: every answer has read what was committed before it was asked.

One thread owns the arrays. Questions that wait share one pull, begun after they arrived. Answers are encoded bytes,
kept under the whole question, the revision, and the number of boundaries passed: at 17:00:00 something falls due
without any new revision.
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

    def __hash__(self) -> int: ...

    def answer(self, memory: Memory, t: int) -> bytes:
        """Return the encoded answer for an instant in microseconds UTC. Runs in the thread that owns the memory."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """Bytes, and the strong ETag under which they are the same."""

    body: bytes
    etag: str
    media_type: str = "application/json"


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
        self._answers: OrderedDict[tuple[object, ...], Answer] = OrderedDict()

    async def ask(self, question: Question) -> Answer:
        """Return the answer, from all that was committed before the question."""
        await self._pull()
        t = to_micros(question.as_of or self._clock.now())
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, question, t)

    async def lag(self) -> int:
        """Return how many revisions the memory is behind the database."""
        async with self._database.read() as read:
            newest = await read.newest()
        return newest.number - (self._memory.at.number if self._memory.at else 0)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()

    async def _pull(self) -> None:
        arrived = self._begun
        async with self._turn:
            if self._begun > arrived:
                # Another question's pull began after this one arrived, and has finished.
                return
            self._begun += 1
            at = self._memory.at
            number, epoch = (0, None) if at is None else (at.number, at.epoch)
            delta = await read_delta(self._database, self._reference, number, epoch)
            if at is not None and delta.until.epoch != epoch:
                self._memory = Memory(delta.reference)
                self._answers.clear()
            await asyncio.get_running_loop().run_in_executor(self._thread, self._memory.apply, delta)

    def _answer(self, question: Question, t: int) -> Answer:
        at = self._memory.at
        assert at is not None  # noqa: S101 - a pull came first
        key = (question, at.epoch, at.number, self._memory.reference.revision, self._memory.boundaries_passed(t))
        kept = self._answers.get(key)
        if kept is None:
            digest = hashlib.sha256(repr(key).encode()).hexdigest()[:32]
            kept = self._answers[key] = Answer(question.answer(self._memory, t), f'"{digest}"')
            while len(self._answers) > _ANSWERS_KEPT:
                self._answers.popitem(last=False)
        else:
            self._answers.move_to_end(key)
        return kept
