"""A transaction in one round trip: it is written whole, or not at all because somebody else wrote."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import DBAPIError

from kernel.clock import SetClock
from kernel.ids import new_id
from runtime.database import Additions, Database, Manner, Write
from runtime.database.revision import Revision
from tests.rig import Blueprint, a_database, published
from tests.runtime.lighthouse.lamps import LampLit, lamp, light, lit

pytestmark = pytest.mark.asyncio

APPENDERS, ROUNDS = 4, 12


def add_lamp(
    additions: Additions, place: str, *, lamp_id: UUID | None = None, manner: Manner = Manner.ADDED, brightness: int = 1
) -> Revision:
    """Have a lamp lit at the end of a transaction, and return which one it is."""
    row = {"id": lamp_id or new_id(additions.clock), "place": place, "unit_id": uuid4(), "brightness": brightness}
    additions.add(lamp, row | {"version": 1, "revision": additions.number}, manner)
    additions.publish(LampLit(place=place))
    return additions.revision


async def newest(database: Database) -> Revision:
    async with database.read() as read:
        return await read.newest()


async def test_what_is_added_and_published_is_written_behind_the_last_transaction(
    database: Database, clock: SetClock
) -> None:
    first = await database.append(await newest(database), lambda additions: add_lamp(additions, "Kê Gà"))
    assert first is not None
    clock.advance(timedelta(seconds=-7))

    second = await database.append(first, lambda additions: add_lamp(additions, "Long Châu"))

    assert await lit(database) == [(1, "Kê Gà"), (2, "Long Châu")]
    assert [data["place"] for _, data in await published(database)] == ["Kê Gà", "Long Châu"]
    assert second == await newest(database) == first.next(clock.now())
    assert second.recorded_at == first.recorded_at + timedelta(microseconds=1)


@pytest.mark.parametrize("many", [16, 37])
@pytest.mark.parametrize("manner", Manner)
async def test_many_rows_are_written_however_they_are_cut_into_lots(
    database: Database, manner: Manner, many: int
) -> None:
    def add(additions: Additions) -> None:
        for number in range(many):
            add_lamp(additions, f"ngọn {number}", manner=manner)

    await database.append(await newest(database), add)

    assert sorted(place for _, place in await lit(database)) == sorted(f"ngọn {number}" for number in range(many))


@pytest.mark.parametrize("place", range(6))
async def test_of_many_rows_none_is_written_if_any_key_is_there(database: Database, place: int) -> None:
    taken = await database.write(lambda tx: light(tx, "Hòn Dấu"))
    last = await newest(database)

    def claim(additions: Additions) -> bool:
        for number in range(6):
            of = taken if number == place else None
            add_lamp(additions, f"ngọn {number}", lamp_id=of, manner=Manner.CLAIMED)
        return True

    assert await database.append(last, claim) is None
    assert await newest(database) == last
    assert len(await lit(database)) == 1


async def test_nothing_is_written_if_somebody_wrote_since(database: Database) -> None:
    before = await newest(database)
    await database.write(lambda tx: light(tx, "Hòn Dấu"))
    of_another_epoch = (await newest(database))._replace(epoch=uuid4())

    for last in (before, of_another_epoch):
        assert await database.append(last, lambda additions: add_lamp(additions, "Kê Gà")) is None

    assert await lit(database) == [(1, "Hòn Dấu")]
    assert (await newest(database)).number == len(await published(database)) == 1


async def test_nothing_is_written_if_a_key_that_is_claimed_is_there(database: Database) -> None:
    taken, free = await database.write(lambda tx: light(tx, "Hòn Dấu")), uuid4()
    last = await newest(database)

    def claim(additions: Additions, *ids: UUID) -> Revision:
        for lamp_id in ids:
            add_lamp(additions, f"ngọn {lamp_id}", lamp_id=lamp_id, manner=Manner.CLAIMED)
        return additions.revision

    assert await database.append(last, lambda additions: claim(additions, free, taken)) is None
    assert await newest(database) == last
    assert await database.append(last, lambda additions: claim(additions, free)) is not None
    assert [place for _, place in await lit(database)] == ["Hòn Dấu", f"ngọn {free}"]


@pytest.mark.parametrize("by", ["append", "write"])
async def test_what_is_put_takes_the_place_of_the_row_with_its_key(database: Database, by: str) -> None:
    old, new = await database.write(lambda tx: light(tx, "Hòn Dấu")), uuid4()

    def put(additions: Additions) -> Revision:
        add_lamp(additions, "Hòn Dấu", lamp_id=old, manner=Manner.PUT, brightness=7)
        return add_lamp(additions, "Kê Gà", lamp_id=new, manner=Manner.PUT, brightness=8)

    async def in_long(tx: Write) -> None:
        put(tx)

    await (database.append(await newest(database), put) if by == "append" else database.write(in_long))

    async with database.read() as read:
        rows = (await read.execute(select(lamp.c.id, lamp.c.brightness, lamp.c.revision))).all()
    assert {tuple(row) for row in rows} == {(old, 7, 2), (new, 8, 2)}


async def test_what_the_database_refuses_leaves_nothing_and_the_next_goes_on(database: Database) -> None:
    await database.write(lambda tx: light(tx, "Kê Gà"))
    last = await newest(database)

    with pytest.raises(DBAPIError):
        await database.append(last, lambda additions: add_lamp(additions, "Kê Gà"))

    assert await newest(database) == last
    assert await database.append(last, lambda additions: add_lamp(additions, "Hòn Dấu")) is not None


async def test_numbers_stay_dense_where_some_append_and_others_write(database: Database) -> None:
    async def appends(name: int) -> None:
        for number in range(ROUNDS):
            place, last = f"{name}-{number}", await newest(database)
            if await database.append(last, lambda additions, place=place: add_lamp(additions, place)) is None:  # type: ignore[misc]
                await database.write(lambda tx, place=place: light(tx, place))  # type: ignore[misc]

    await asyncio.gather(*(appends(name) for name in range(APPENDERS)))

    lamps = await lit(database)
    assert [number for number, _ in lamps] == list(range(1, APPENDERS * ROUNDS + 1))
    assert len({place for _, place in lamps}) == len(await published(database)) == APPENDERS * ROUNDS


async def test_of_two_replicas_that_know_the_same_one_appends(postgres_url: str, clock: SetClock) -> None:
    async with (
        a_database(postgres_url, service="lighthouse", clock=clock) as own,
        a_database(postgres_url, service="lighthouse", clock=clock) as other,
    ):
        last = await newest(own)

        found = await asyncio.gather(
            *(one.append(last, lambda additions: add_lamp(additions, "Kê Gà")) for one in (own, other))
        )

        assert sorted(one is None for one in found) == [False, True]
        assert await lit(own) == [(1, "Kê Gà")]


async def test_a_connection_that_the_server_ended_is_no_reason_to_fail(postgres_url: str, clock: SetClock) -> None:
    async with a_database(postgres_url, service="lighthouse", clock=clock) as database:
        last = await database.append(await newest(database), lambda additions: add_lamp(additions, "Kê Gà"))
        assert last is not None
        others = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        async with database.read() as read:
            await read.execute(text(others))

        # Whether it was written is not known: whoever gets None looks.
        again = await database.append(last, lambda additions: add_lamp(additions, "Hòn Dấu"))
        if again is None:
            await database.write(lambda tx: light(tx, "Long Châu"))

        assert await lit(database) == [(1, "Kê Gà"), (2, "Long Châu" if again is None else "Hòn Dấu")]


async def test_where_somebody_else_holds_the_file_the_event_loop_goes_on(
    sqlite_lighthouse: Blueprint, tmp_path: Path, clock: SetClock
) -> None:
    async with (
        sqlite_lighthouse.fresh(tmp_path) as url,
        a_database(url, service="lighthouse", clock=clock) as database,
    ):
        last = await newest(database)
        with closing(sqlite3.connect(str(make_url(url).database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            async with asyncio.timeout(5):
                assert await database.append(last, lambda additions: add_lamp(additions, "Kê Gà")) is None
                assert await newest(database) == last

        assert await database.append(last, lambda additions: add_lamp(additions, "Kê Gà")) is not None


class FullAtCommit(sqlite3.Connection):
    """A connection whose disk is full when it first commits."""

    is_full = True

    def execute(self, statement: str, *given: Any) -> sqlite3.Cursor:
        if statement == "COMMIT" and self.is_full:
            self.is_full = False
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return super().execute(statement, *given)


async def test_a_commit_that_fails_locks_nobody_out(
    sqlite_lighthouse: Blueprint, tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        sqlite_lighthouse.fresh(tmp_path) as url,
        a_database(url, service="lighthouse", clock=clock) as database,
    ):
        path = str(make_url(url).database)
        opened = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=FullAtCommit)
        monkeypatch.setattr("runtime.database.append.open_sqlite", lambda *_, **__: opened)
        last = await newest(database)

        assert await database.append(last, lambda additions: add_lamp(additions, "Kê Gà")) is None
        await database.write(lambda tx: light(tx, "Hòn Dấu"))
        last = await newest(database)
        assert await database.append(last, lambda additions: add_lamp(additions, "Long Châu")) is not None

        assert await lit(database) == [(1, "Hòn Dấu"), (2, "Long Châu")]
