"""Read how obligations stand as columns: all of them, or what changed, in one snapshot with the newest revision."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
import numpy.typing as npt

from kernel.clock import from_micros
from runtime.database import Database, Settings
from runtime.database.columns import Columns, Snapshot, snapshot, together
from runtime.database.revision import Revision
from services.reports.store.columns import HISTORY, KEY, PACKED, STATE, TOLD_ONES, Bulk, Known, Series, selected
from services.reports.store.delta import read_little


async def read_bulk(database: Database, known: Known) -> Bulk:
    """Return what changed since then; everything, if the database began a new epoch.

    What is little, PostgreSQL sends in one answer to one statement.
    """
    if known.epoch is not None and not database.settings.is_sqlite():
        little = await read_little(database, known)
        if little is not None:
            return arranged(little)
    return await read_snapshot(database.settings, known)


async def read_snapshot(settings: Settings, known: Known) -> Bulk:
    """Return what changed since then, however much it is."""
    async with snapshot(settings) as seen:
        ((epoch, number, recorded_at),) = await seen.rows(
            "SELECT CAST(epoch AS text), number, recorded_at FROM revision"
        )
        until = Revision(UUID(epoch), number, from_micros(recorded_at))
        begun = known if until.epoch == known.epoch else Known()
        after = f"s.revision > {begun.revision:d}" if begun.revision else "true"
        # The table is read as a whole at first only; later the index of revisions leads to what changed.
        parts_of = None if begun.revision else "obligation_state"
        states = await seen.columns(
            selected(STATE), f"obligation_state s WHERE {after}", STATE, packed=PACKED, parts_of=parts_of
        )
        async with together() as group:
            ordered = group.create_task(asyncio.to_thread(_in_order, states, KEY))
            told = group.create_task(_told(seen, after))
            named = group.create_task(_named(seen, begun))
        return Bulk(until, begun.epoch is None, ordered.result(), told.result(), *named.result())


async def _told(seen: Snapshot, after: str) -> Columns:
    told = await seen.columns(selected(HISTORY, history=True), f"{TOLD_ONES} WHERE {after}", HISTORY)
    return await asyncio.to_thread(_in_order, told, _KEY_TOLD)


async def _named(seen: Snapshot, begun: Known) -> tuple[list[UUID], list[str], list[Series]]:
    """Return units, periods and series that are new, in the order of their numbers."""
    units = await _numbered(seen, "CAST(unit_id AS text)", "numbered_unit", begun.units)
    periods = await _numbered(seen, "key", "numbered_period", begun.periods)
    series = await _numbered(seen, _SERIES, "series", begun.series)
    return _ids(units), [key for (key,) in periods], [Series(UUID(one), *more) for one, *more in series]


_BITS = 63
_KEY_TOLD = (*KEY, "revision", "ordinal")
_SERIES = ", ".join(("CAST(plan_id AS text)", *Series._fields[1:]))


async def _numbered(seen: Snapshot, columns: str, table: str, known: int) -> Sequence[Sequence[Any]]:
    return await seen.rows(f"SELECT {columns} FROM {table} WHERE number >= {known:d} ORDER BY number")  # noqa: S608


def _ids(rows: Sequence[Sequence[Any]]) -> list[UUID]:
    """Return tens of thousands of ids, several times as fast as one by one."""
    return msgspec.convert([one for (one,) in rows], list[UUID])


def arranged(bulk: Bulk) -> Bulk:
    """Return the same with its columns in order."""
    if len(bulk.states["flags"]) < 2 and not len(bulk.told["kind"]):
        return bulk
    return bulk._replace(states=_in_order(bulk.states, KEY), told=_in_order(bulk.told, _KEY_TOLD))


def _in_order(columns: Columns, by: tuple[str, ...]) -> Columns:
    if len(columns[by[0]]) < 2:
        return columns
    order = order_of([columns[name] for name in by])
    # Every place is there: what clips asks no more, and takes half the time.
    return {name: column.take(order, mode="clip") for name, column in columns.items()}


def order_of(keys: Sequence[npt.NDArray[np.integer[Any]]]) -> npt.NDArray[np.intp]:
    """Return the order of rows by columns, the first one first, none of which is negative."""
    bits = [int(key.max()).bit_length() for key in keys]
    if sum(bits) > _BITS:
        return np.lexsort(keys[::-1])
    # One number: a single pass, which goes along the runs that were written in this order.
    whole = np.zeros(len(keys[0]), np.int64)
    for key, many in zip(keys, bits, strict=True):
        whole <<= many
        whole |= key
    return np.argsort(whole, kind="stable")
