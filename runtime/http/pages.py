"""Answer lists a page at a time, and changes by whole revisions."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Annotated, Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy import FromClause, select

from runtime.database import Read
from runtime.database.revision import Revision
from runtime.http.refusals import CursorInvalid

T = TypeVar("T")

LARGEST_PAGE = 1000
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]
"""How many items a page has."""


class Page(BaseModel, Generic[T]):
    """One page of a list."""

    items: Sequence[T]
    next_cursor: str | None = Field(default=None, description="`cursor` of the next page; none on the last.")


class Changes(BaseModel, Generic[T]):
    """What changed after a revision: whole revisions only, so that `after=through` misses and repeats nothing."""

    items: Sequence[T]
    through: int = Field(description="Everything up to this revision is included; ask with `after` of this value next.")
    newest: int = Field(description="The newest revision when this was read.")
    epoch: UUID = Field(description="If it differs from the last answer's, start over with `after=0`.")


def encode_cursor(key: Sequence[Any]) -> str:
    """Return the place after the last item of a page. `key` is that item's sort key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def cursor_beyond(rows: Sequence[Any], limit: int, *sorted_by: str) -> str | None:
    """Return the cursor of the next page, where one row more than the limit was found."""
    if len(rows) <= limit:
        return None
    return encode_cursor([getattr(rows[limit - 1], name) for name in sorted_by])


def key_of(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """Return the sort key in a cursor, whose parts are of these kinds: str, int, UUID, date or datetime.

    Raises:
        CursorInvalid: It was not made by `encode_cursor` for such a key.
    """
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        key: tuple[Any, ...] = msgspec.json.decode(text, type=tuple[kinds])  # type: ignore[valid-type]
    except (msgspec.DecodeError, ValueError):
        raise CursorInvalid from None
    if any(_is_unknown_to_databases(part) for part in key):
        raise CursorInvalid
    return key


def _is_unknown_to_databases(part: object) -> bool:
    """Tell whether no column can be compared with a value: a whole number beyond 64 bits, a text with a NUL in it."""
    if isinstance(part, int):
        return not -(2**63) <= part < 2**63
    return isinstance(part, str) and "\0" in part


class Followed(NamedTuple):
    """Rows that changed after a revision, by whole revisions."""

    rows: Sequence[Any]
    through: int
    newest: Revision


async def rows_after(read: Read, table: FromClause, *, after: int, limit: int) -> Followed:
    """Return the rows of a table that changed after a revision: about `limit`, but never a part of a revision.

    `table` stamps its rows in a column `revision`.
    """
    # First the newest number, then what lies between: rows committed meanwhile wait for the next time.
    newest = await read.newest()
    stamp = table.c.revision
    order = (stamp, *table.primary_key)
    between = select(table).where(stamp > after, stamp <= newest.number).order_by(*order)
    rows = (await read.execute(between.limit(limit + 1))).all()
    if len(rows) <= limit:
        return Followed(rows, newest.number, newest)
    torn = rows[-1].revision
    whole = [row for row in rows if row.revision < torn]
    if whole:
        return Followed(whole, torn - 1, newest)
    # One revision is larger than a page: all of it comes at once.
    one = select(table).where(stamp == torn).order_by(*order)
    return Followed((await read.execute(one)).all(), torn, newest)
