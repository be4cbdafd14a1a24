"""Take many lines of NDJSON in one transaction, with a result for each, and keep the results."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from uuid import UUID

import msgspec
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import BigInteger, Boolean, Column, String, Table, Uuid, select

from kernel.ids import new_id
from kernel.problems import Language, Problem, Refusal
from runtime.database import Instant, Json, Read, Write, insert_rows
from runtime.database.tables import metadata
from runtime.http.call import Call
from runtime.http.problem_document import problem_document
from runtime.http.refusals import BulkTooLong, InputInvalid
from runtime.http.request_once import Sent, digest_of, once
from runtime.http.spots import spots_of

MOST_LINES = 10_000
"""Lines in one load: what one transaction should hold."""
_AT_ONCE = 1000
"""Lines that are requests of their own, at the same time."""

Item = TypeVar("Item", bound=BaseModel)

bulk_load = Table(
    "bulk_load",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("route", String, nullable=False),
    Column("client", String, nullable=False),
    Column("applied", Boolean, nullable=False),
    Column("rows", Json, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("revision", BigInteger, nullable=False),
)


class RowResult(BaseModel):
    """What became of one line."""

    line: int
    status: Literal["made", "refused", "fine"] = Field(description="`fine`: would be made, had the load been applied.")
    resource: str | None = None
    problem: dict[str, Any] | None = None


class BulkLoad(BaseModel):
    """What became of a load."""

    load_id: UUID | None = Field(description="Absent on a dry run, and where each line is a request of its own.")
    applied: bool
    made: int
    refused: int
    rows: Sequence[RowResult]


class _NotApplied(Exception):
    """Rolls the lines back, and carries their results out."""

    def __init__(self, rows: list[RowResult]) -> None:
        self.rows = rows


@dataclass(kw_only=True)
class BulkCall(Call):
    """A load of many lines."""

    sent: Sent
    dry_run: bool
    each: bool

    async def load(self, model: type[Item], effect: Callable[[Write, Item], Awaitable[UUID]]) -> BulkLoad:
        """Apply `effect` to each line, and return the results; they are kept under the load's id.

        A repeated request gets the kept results. In `each` mode a refused line leaves the others; in `all` mode
        one refused line leaves none.

        Raises:
            BulkTooLong: There are more lines than `MOST_LINES`.
        """
        lines = await self._lines()

        async def keep(tx: Write, rows: list[RowResult], *, applied: bool) -> str:
            load_id = new_id(self.service.clock)
            row = {"id": load_id, "route": self.declaration.name, "client": self.sent.client, "applied": applied}
            stamp = {"recorded_at": tx.recorded_at, "revision": tx.number}
            results = [result.model_dump(mode="json") for result in rows]
            await insert_rows(tx.connection, bulk_load, [row | {"rows": results} | stamp])
            return str(load_id)

        async def apply(tx: Write) -> str:
            rows = [await self._one(tx, number, line, model, effect) for number, line in lines]
            if self.dry_run or (not self.each and any(row.status == "refused" for row in rows)):
                raise _NotApplied([_unmade(row) for row in rows])
            if any(row.status == "made" for row in rows):
                super(BulkCall, self).make_sure_of_convention()
            return await keep(tx, rows, applied=True)

        try:
            made = await self.service.database.write(lambda tx: once(tx, self.sent, apply))
        except _NotApplied as refused:
            if self.dry_run:
                return _summary(None, refused.rows, applied=False)
            rows = refused.rows
            made = await self.service.database.write(
                lambda tx: once(tx, self.sent, lambda inner: keep(inner, rows, applied=False))
            )
        if made.repeated:
            self.response.headers["Idempotent-Replayed"] = "true"
        async with self.service.database.read() as read:
            return await get_load(read, UUID(made.resource))

    async def load_each(self, model: type[Item], effect: Callable[[Item, Sent], Awaitable[UUID]]) -> BulkLoad:
        """Apply `effect` to all lines at once, each a request of its own; it makes the checks of the route.

        A repeated load repeats its lines: `Sent` has the key of the load with the line's number.

        Raises:
            BulkTooLong: There are more lines than `MOST_LINES`.
        """
        lines = await self._lines()
        secret, rows = self.service.digest_secret, list[RowResult]()

        async def one(number: int, line: bytes) -> RowResult:
            digest = digest_of(secret, self.request.method, self.request.scope["path"], line)
            sent = Sent(self.sent.client, f"{self.sent.key}/{number}", digest)
            try:
                item = _parse(line, number, model)
                made = None if self.dry_run else str(await effect(item, sent))
            except Refusal as problem:
                return RowResult(line=number, status="refused", problem=_document(problem, self.language))
            return RowResult(line=number, status="fine" if made is None else "made", resource=made)

        for start in range(0, len(lines), _AT_ONCE):
            some = lines[start : start + _AT_ONCE]
            rows += await asyncio.gather(*(one(number, line) for number, line in some))
        return _summary(None, rows, applied=not self.dry_run)

    async def _lines(self) -> list[tuple[int, bytes]]:
        sent = enumerate((await self.request.body()).split(b"\n"), 1)
        lines = [(number, line) for number, line in sent if line.strip()]
        if len(lines) > MOST_LINES:
            raise BulkTooLong(limit=MOST_LINES)
        return lines

    def make_sure_of_convention(self) -> None:
        """Do nothing when the route has answered: `load` checked, if any line came far enough."""

    async def _one(
        self, tx: Write, number: int, line: bytes, model: type[Item], effect: Callable[[Write, Item], Awaitable[UUID]]
    ) -> RowResult:
        try:
            item = _parse(line, number, model)
            async with tx.attempt():
                return RowResult(line=number, status="made", resource=str(await effect(tx, item)))
        except Refusal as problem:
            return RowResult(line=number, status="refused", problem=_document(problem, self.language))


async def get_load(read: Read, load_id: UUID) -> BulkLoad:
    """Return the kept results of a load."""
    row = (await read.execute(select(bulk_load).where(bulk_load.c.id == load_id))).one()
    return _summary(row.id, [RowResult.model_validate(result) for result in row.rows], applied=row.applied)


def _parse(line: bytes, number: int, model: type[Item]) -> Item:
    try:
        return model.model_validate_json(line)
    except ValidationError as error:
        spots = spots_of(error.errors(include_url=False), f"line/{number}")
        raise InputInvalid(spots=spots, count=len(spots)) from None


def _document(problem: Problem, language: Language) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(problem_document(problem, language))
    return document


def _unmade(row: RowResult) -> RowResult:
    return row if row.status == "refused" else RowResult(line=row.line, status="fine")


def _summary(load_id: UUID | None, rows: Sequence[RowResult], *, applied: bool) -> BulkLoad:
    made = sum(row.status == "made" for row in rows)
    refused = sum(row.status == "refused" for row in rows)
    return BulkLoad(load_id=load_id, applied=applied, made=made, refused=refused, rows=rows)
