"""Processes that run together are watched, stopped in order, and found again when their starter was killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from lanhmanh.api import Refused
from lanhmanh.cluster.cluster import Cluster
from lanhmanh.cluster.folder import ClusterFolder
from lanhmanh.cluster.process import Command, Process, end_left_behind

SHIP = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print(sys.argv[1], "is out", flush=True)
try:
    signal.pause()
finally:
    with open(sys.argv[2], "a") as book:
        print(sys.argv[1], file=book)
"""
"""Says that it runs, waits for its signal, and writes its name into a book at its end."""


def a_ship(name: str, book: Path, *, part: str = "") -> Command:
    arguments = [sys.executable, "-c", SHIP, name, str(book)]
    return Command(part=part or name, name=name, arguments=arguments, url="harbour:7")


@pytest.fixture
def folder(tmp_path: Path) -> ClusterFolder:
    folder = ClusterFolder(tmp_path / "cluster")
    folder.clear_unfinished()
    return folder


@asynccontextmanager
async def a_cluster(folder: ClusterFolder, *stages: list[Command]) -> AsyncIterator[tuple[Cluster, list[Process]]]:
    """Give a cluster whose processes all run."""
    cluster = Cluster(folder)
    try:
        processes = [one for stage in stages for one in await cluster.start(*stage)]
        for one in processes:
            await until_out(one.log)
        yield cluster, processes
    finally:
        await cluster.stop()


async def until_out(log: Path) -> None:
    async with asyncio.timeout(30):
        while "is out" not in log.read_text():  # noqa: ASYNC110, ASYNC240 - nothing tells of what another process writes
            await asyncio.sleep(0.01)


def pid_of(folder: ClusterFolder, name: str) -> int:
    return int((folder.run / f"{name}.json").read_text().partition('"pid": ')[2].partition(",")[0])


@pytest.mark.asyncio
async def test_later_stages_are_stopped_before_earlier_ones(folder: ClusterFolder, tmp_path: Path) -> None:
    book = tmp_path / "book"
    stages = ([a_ship("pilot", book)], [a_ship("ferry", book)], [a_ship("tug", book)])
    async with a_cluster(folder, *stages):
        assert {note.stem for note in folder.run.iterdir()} == {"pilot", "ferry", "tug"}

    assert book.read_text().split() == ["tug", "ferry", "pilot"]
    assert list(folder.run.iterdir()) == []


@pytest.mark.asyncio
async def test_part_lives_while_one_of_its_processes_does(folder: ClusterFolder, tmp_path: Path) -> None:
    book, told = tmp_path / "book", asyncio.Queue[str]()
    ferries = [a_ship(name, book, part="ferry") for name in ("ferry-1", "ferry-2")]
    async with a_cluster(folder, ferries) as (cluster, _):
        watching = asyncio.create_task(cluster.watch(told.put_nowait))
        os.kill(pid_of(folder, "ferry-1"), signal.SIGKILL)
        async with asyncio.timeout(30):
            first = await told.get()
        os.kill(pid_of(folder, "ferry-2"), signal.SIGKILL)

        with pytest.raises(Refused, match="ferry-2 đã tự dừng") as last:
            async with asyncio.timeout(30):
                await watching

    assert first.startswith("ferry-1 đã tự dừng (mã -9)")
    assert "ferry-2 is out" in str(last.value)
    assert told.empty()


@pytest.mark.asyncio
async def test_process_that_is_started_later_is_watched_too(folder: ClusterFolder, tmp_path: Path) -> None:
    async with a_cluster(folder, [a_ship("pilot", tmp_path / "book")]) as (cluster, _):
        watching = asyncio.create_task(cluster.watch(print))
        await asyncio.sleep(0)
        await cluster.start(a_ship("tug", tmp_path / "book"))
        os.kill(pid_of(folder, "tug"), signal.SIGKILL)

        with pytest.raises(Refused, match="tug đã tự dừng"):
            async with asyncio.timeout(30):
                await watching


def test_what_a_killed_starter_left_is_ended_the_youngest_first(folder: ClusterFolder, tmp_path: Path) -> None:
    book = tmp_path / "book"
    starter = textwrap.dedent("""
        import asyncio, os, signal, sys
        from pathlib import Path
        from lanhmanh.cluster.cluster import Cluster
        from lanhmanh.cluster.folder import ClusterFolder
        from tests.cluster.test_cluster import a_ship, until_out

        async def start():
            cluster = Cluster(ClusterFolder(Path(sys.argv[1])))
            for name in ("pilot", "ferry", "tug"):
                (ship,) = await cluster.start(a_ship(name, Path(sys.argv[2])))
                await until_out(ship.log)
            os.kill(os.getpid(), signal.SIGKILL)

        asyncio.run(start())
    """)
    killed = subprocess.run(
        [sys.executable, "-c", starter, folder.root, book], cwd=Path(__file__).parents[2], check=False
    )

    ended = list(end_left_behind(folder.run))

    assert killed.returncode == -signal.SIGKILL
    assert ended == ["tug", "ferry", "pilot"]
    assert book.read_text().split() == ended
    assert list(folder.run.iterdir()) == []


def test_process_that_only_has_the_number_of_one_left_behind_is_let_alone(folder: ClusterFolder) -> None:
    note = folder.run / "ferry.json"
    note.write_text(f'{{"pid": {os.getpid()}, "part": "ferry", "stop": "SIGKILL", "url": "harbour:7"}}')

    assert list(end_left_behind(folder.run)) == []
    assert not note.exists()


def test_folder_is_of_one_cluster_at_a_time(folder: ClusterFolder) -> None:
    with folder.claimed(), pytest.raises(Refused, match="đang chạy"), folder.claimed():
        pass

    with folder.claimed():
        pass


def test_interrupted_first_start_begins_anew_and_a_complete_one_stays(folder: ClusterFolder) -> None:
    half = folder.postgres / "half"
    half.touch()
    folder.clear_unfinished()
    cleared = not half.exists()

    half.touch()
    folder.finish_loading()
    folder.clear_unfinished()

    assert cleared
    assert half.exists()
