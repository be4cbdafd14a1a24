"""A SQLite file has one process, and is written safely."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

import runtime
from kernel.clock import SetClock
from runtime.database import Database, DatabaseInUse, Read, Settings
from tests.rig import SqliteBlueprint

pytestmark = pytest.mark.asyncio

CHECKOUT = Path(runtime.__file__).parents[1]
OPEN_AND_CLOSE = """
import asyncio, sys
from kernel.clock import SystemClock
from kernel.problems import Problem
from runtime.database import Database, Settings

async def main():
    database = Database(Settings(url=sys.argv[1]), service="lighthouse", clock=SystemClock())
    try:
        await database.open()
    except Problem as problem:
        return problem.code
    await database.close()
    return "opened"

print(asyncio.run(main()))
"""


def what_another_process_says(url: str) -> str:
    answer = subprocess.run(
        [sys.executable, "-c", OPEN_AND_CLOSE, url], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return answer.stdout.strip()


async def test_a_second_process_is_refused_by_name_until_the_first_has_closed(tmp_path: Path, clock: SetClock) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/lighthouse.db"
    database = Database(Settings(url=url), service="lighthouse", clock=clock)
    await database.open()

    during = what_another_process_says(url)
    await database.close()

    assert (during, what_another_process_says(url)) == ("database_in_use", "opened")


async def test_a_second_database_in_the_same_process_is_refused_too(tmp_path: Path, clock: SetClock) -> None:
    settings = Settings(url=f"sqlite+aiosqlite:///{tmp_path}/lighthouse.db")
    first, second = (Database(settings, service="lighthouse", clock=clock) for _ in range(2))
    await first.open()

    with pytest.raises(DatabaseInUse, match=r"lighthouse\.db"):
        await second.open()

    await first.close()


async def pragma(read: Read, name: str) -> object:
    return (await read.execute(text(f"PRAGMA {name}"))).scalar_one()


async def test_each_commit_is_on_the_disk_before_it_is_acknowledged(
    sqlite_lighthouse: SqliteBlueprint, tmp_path: Path, clock: SetClock
) -> None:
    async with sqlite_lighthouse.fresh(tmp_path) as url:
        database = Database(Settings(url=url), service="lighthouse", clock=clock)
        await database.open()
        full = 2

        assert await database.write(lambda tx: pragma(tx, "synchronous")) == full
        assert await database.write(lambda tx: pragma(tx, "journal_mode")) == "wal"
        assert await database.write(lambda tx: pragma(tx, "foreign_keys")) == 1
        await database.close()
