"""A memory that is saved: the next start goes on from it, and whatever is wrong with the file costs only time."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.clock import SetClock
from kernel.ids import UnitId
from kernel.units import tree
from runtime.database.revision import revision
from runtime.reference import Reference
from services.reports.board import Board, saved
from services.reports.board.compliance import ComplianceQuestion
from services.reports.board.indicators import IndicatorsQuestion
from services.reports.board.memory import Memory
from services.reports.board.obligation_page import ObligationsQuestion
from services.reports.board.saved import NotSaved, restored
from services.reports.board.survey import Extent
from services.reports.wiring import Reports
from tests.reports.board.test_many_questions import Pulls, pulls
from tests.reports.builders import UNIT
from tests.reports.office import Q2, Office

__all__ = ["pulls"]
pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("plan", "client")]

EXTENT = Extent(UnitId(UNIT["60"]), "binh-thuan-2025")
QUESTIONS = (
    ObligationsQuestion(EXTENT),
    ComplianceQuestion(Extent(UnitId(UNIT["60"]))),
    IndicatorsQuestion("binh-thuan-2025", UnitId(UNIT["60"])),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "alone"
    folder.mkdir()
    return folder / "board"


@pytest.fixture
def started(service: Reports, clock: SetClock, file: Path) -> Callable[[], Board]:
    """Start a board that saves its memory in the file, and goes on from it."""

    def start() -> Board:
        board = Board(service.database, Reference(service.database), clock, file=file)
        board.open()
        return board

    return start


def content_of(file: Path) -> bytes:
    return file.read_bytes()


def beside(file: Path) -> list[str]:
    return [one.name for one in file.parent.iterdir()]


def memory_of(board: Board) -> Memory:
    return board._memory


async def answers(board: Board) -> list[bytes]:
    return [(await board.ask(question)).body for question in QUESTIONS]


async def test_the_next_start_reads_only_what_changed_since(
    service: Reports, started: Callable[[], Board], accepted: Callable[..., Any], district: Office, pulls: Pulls
) -> None:
    await accepted("593", {"premises.total": 9, "premises.inspected": 3})
    first = started()
    before = await answers(first)
    first.close()
    at = (await service.reference.look()).newest.number
    again = started()

    assert await answers(again) == before
    await district.reported(Q2)
    after = await answers(again)

    assert after == await answers(service.board) != before
    assert pulls.after == [0, at, at, 0]


async def test_the_next_start_finds_where_units_stand(
    started: Callable[[], Board], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = started()
    await first.pull()
    first._save(memory_of(first))
    first._unsaved = 0
    before = await answers(first)
    first.close()

    monkeypatch.setattr(tree, "lay_out", None)
    again = started()

    assert memory_of(again).positions.keys() == memory_of(first).positions.keys() != set()
    assert await answers(again) == before


async def test_what_is_written_to_the_mapped_arrays_is_not_in_the_file(
    started: Callable[[], Board], district: Office, file: Path
) -> None:
    first = started()
    await answers(first)
    first.close()
    content = content_of(file)
    again = started()

    await district.reported(Q2)
    await answers(again)

    assert content_of(file) == content
    again.close()
    assert content_of(file) != content
    assert beside(file) == [file.name]


async def test_a_database_with_another_history_is_read_from_its_beginning(
    service: Reports, started: Callable[[], Board]
) -> None:
    first = started()
    before = await answers(first)
    first.close()

    async def restore(connection: AsyncConnection) -> None:
        await connection.execute(update(revision).values(epoch=uuid4()))

    await service.database.mark(restore)
    again = started()

    assert await answers(again) == await answers(service.board) != before


def other_code(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert file.exists()
    monkeypatch.setattr(saved, "_digest", lambda: bytes(32))


def cut(file: Path, _: Any) -> None:
    file.write_bytes(file.read_bytes()[:-5000])


def emptied(file: Path, _: Any) -> None:
    file.write_bytes(b"")


def garbage(file: Path, _: Any) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:4096] + bytes(reversed(content[4096:])))


def barely_begun(file: Path, _: Any) -> None:
    file.write_bytes(file.read_bytes()[:52])


def open_to_others(file: Path, _: Any) -> None:
    file.chmod(0o666)


def removed(file: Path, _: Any) -> None:
    file.unlink()


@pytest.mark.parametrize("spoil", [other_code, cut, emptied, garbage, barely_begun, open_to_others, removed])
async def test_a_file_that_is_not_as_it_was_saved_costs_only_time(
    started: Callable[[], Board],
    file: Path,
    spoil: Callable[[Path, pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
    pulls: Pulls,
) -> None:
    first = started()
    before = await answers(first)
    first.close()

    spoil(file, monkeypatch)

    with pytest.raises(NotSaved):
        restored(file)
    assert await answers(started()) == before
    assert pulls.after == [0, 0]


class Command:
    """What somebody else might put into the file."""

    def __reduce__(self) -> Any:
        return os.system, ("true",)


async def test_what_is_neither_ours_nor_plain_data_is_never_made(
    started: Callable[[], Board], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = started()
    await answers(first)
    monkeypatch.setattr(saved, "Memory", Command)
    saved.save(Command(), file)  # type: ignore[arg-type]

    with pytest.raises(NotSaved, match=r"posix\.system has no place in it"):
        restored(file)


async def test_a_folder_that_cannot_be_written_to_stops_nothing(
    started: Callable[[], Board], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.open", full)
    first = started()
    await answers(first)

    first.close()

    assert beside(file) == []


async def test_arrays_are_mapped_and_not_read(started: Callable[[], Board], file: Path) -> None:
    first = started()
    await answers(first)
    first.close()

    due = restored(file).owed.book.columns.due

    assert not due.flags.owndata
    assert due.flags.writeable
    assert np.array_equal(due, memory_of(first).owed.book.columns.due)


async def test_a_memory_that_changed_a_lot_is_saved_while_it_serves(
    started: Callable[[], Board], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.reports.board.board._SAVED_AFTER", 1)
    first = started()
    await answers(first)
    await answers(first)

    assert restored(file).owed.units == memory_of(first).owed.units
