"""The servers for tests are real, are started once, and end with the run: whichever way it ends."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from lanhmanh.cluster.jars import ensure_kafka_jars
from lanhmanh.cluster.postgres import find_binaries
from lanhmanh.cluster.unavailable import ServerUnavailable
from tests.journeys.cluster import is_alive
from tests.servers.lease import KnownUnavailable, Lease, Server, await_answer
from tests.servers.own_process import OwnProcess
from tests.servers.plugin import do_without
from tests.servers.postgres import PostgresServer

HARBOUR = Server("Harbour 7.1", "127.0.0.1:7")


@pytest.fixture
def lease() -> Iterator[Lease]:
    lease = Lease.begin()
    yield lease
    lease.end()


async def ask(database: str, question: str) -> object:
    connection = await asyncpg.connect(database.replace("+asyncpg", ""))
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


@pytest.mark.asyncio
async def test_postgres_acknowledges_only_what_is_on_disk(postgres_database: str) -> None:
    settings = [await ask(postgres_database, f"SHOW {name}") for name in ("fsync", "synchronous_commit")]

    assert settings == ["on", "on"]


@pytest.mark.asyncio
async def test_postgres_listens_on_this_machine_only(postgres_database: str) -> None:
    assert await ask(postgres_database, "SHOW listen_addresses") == "127.0.0.1"


@pytest.mark.asyncio
async def test_a_database_can_be_a_copy_of_another(postgres: PostgresServer, postgres_database: str) -> None:
    await ask(postgres_database, "CREATE TABLE berth AS SELECT 42 AS number")

    async with postgres.database(template=postgres_database) as copy:
        assert await ask(copy, "SELECT number FROM berth") == 42


@pytest.mark.asyncio
async def test_a_database_is_dropped_even_if_someone_is_still_connected(postgres: PostgresServer) -> None:
    async with postgres.database() as url:
        left_open = await asyncpg.connect(url.replace("+asyncpg", ""))

    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await ask(url, "SELECT 1")
    left_open.terminate()


def test_a_server_is_started_once_in_a_run(lease: Lease) -> None:
    started = []

    def start(folder: Path, _lease: Lease) -> Server:
        started.append(folder)
        return HARBOUR

    obtained = [Lease(lease.folder).obtain("harbour", start) for _ in range(2)]

    assert obtained == [HARBOUR, HARBOUR]
    assert started == [lease.folder / "harbour"]
    assert lease.servers() == [HARBOUR]


def test_a_server_that_cannot_be_had_is_not_tried_twice(lease: Lease) -> None:
    def fail(_folder: Path, _lease: Lease) -> Server:
        raise KnownUnavailable(why="no harbour here")

    with pytest.raises(ServerUnavailable):
        lease.obtain("harbour", fail)

    with pytest.raises(ServerUnavailable, match="no harbour here"):
        lease.obtain("harbour", lambda _folder, _lease: HARBOUR)
    assert lease.unavailable() == {"harbour": "no harbour here"}


def test_a_server_that_does_not_start_is_reported_with_the_end_of_its_log(lease: Lease) -> None:
    folder = lease.folder / "harbour"
    folder.mkdir()
    guard = lease.guard(folder, [sys.executable, "-c", "raise SystemExit('the tide is out')"], stop="SIGTERM")

    with pytest.raises(ServerUnavailable, match="the tide is out"):
        await_answer(guard, folder, answers=lambda: False)


def test_a_server_is_stopped_when_its_run_is_killed_outright(tmp_path: Path) -> None:
    run = textwrap.dedent("""
        import os, signal, sys
        from tests.servers.lease import Lease, await_answer

        lease = Lease.begin()
        folder = lease.folder / "harbour"
        folder.mkdir()
        server = [sys.executable, "-c", "import signal; signal.pause()"]
        guard = lease.guard(folder, server, stop="SIGTERM")
        await_answer(guard, folder, lambda: (folder / "pid").exists())
        print(lease.folder, (folder / "pid").read_text(), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    killed = subprocess.run(
        [sys.executable, "-c", run],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )

    folder, pid = killed.stdout.split()
    with Path(folder, "guards").open() as guards:
        fcntl.flock(guards, fcntl.LOCK_EX)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)
    assert not Path(folder, "harbour").exists()


def test_a_server_of_ones_own_is_killed_and_started_again_on_the_same_folder(lease: Lease) -> None:
    harbour = textwrap.dedent("""
        import pathlib, signal, subprocess
        boat = subprocess.Popen(["sleep", "60"])
        with pathlib.Path("boats").open("a") as boats:
            boats.write(f"{boat.pid}\\n")
        signal.pause()
    """)
    boats = lease.folder / "harbour" / "boats"
    boats.parent.mkdir()
    boats.touch()
    launched: list[int] = []

    def another() -> bool:
        return len(boats.read_text().splitlines()) > len(launched)

    own = OwnProcess(lease, "harbour", [sys.executable, "-c", harbour], answers=another)
    for _ in range(2):
        own.start()
        own.kill()
        launched = [int(line) for line in boats.read_text().splitlines()]

    assert not own.is_running
    assert len(launched) == 2
    assert not [boat for boat in launched if is_alive(boat)]


def test_what_is_missing_for_kafka_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ServerUnavailable, match="install Java 17"):
        ensure_kafka_jars()


def test_version_of_postgres_that_is_missing_is_named() -> None:
    with pytest.raises(ServerUnavailable, match="No PostgreSQL 7 was found"):
        find_binaries(major=7)


def test_without_a_server_its_tests_are_skipped_on_ones_own_machine() -> None:
    with pytest.raises(pytest.skip.Exception, match="no harbour here"):
        do_without("harbour", "no harbour here", continuous_integration=False)


def test_without_a_server_its_tests_fail_in_continuous_integration() -> None:
    with pytest.raises(pytest.fail.Exception, match="no harbour here"):
        do_without("harbour", "no harbour here", continuous_integration=True)
