"""What the lists of this service have in common: a page by id, or changes by whole revisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from runtime.http.call import ListCall
from runtime.http.pages import Changes, Followed, Page, encode_cursor, key_of

T = TypeVar("T")


def place_of(call: ListCall) -> UUID | None:
    """Return the id after which the page begins; None for the first page.

    Raises:
        CursorInvalid: The cursor was not made by this service.
    """
    key = key_of(call.cursor, UUID)
    return None if key is None else key[0]


def next_of(call: ListCall, rows: Sequence[Any]) -> str | None:
    """Return the cursor of the next page, where one row more than the limit was found."""
    return encode_cursor([rows[call.limit - 1].id]) if len(rows) > call.limit else None


def page_of(call: ListCall, rows: Sequence[Any], to_item: Callable[[Any], T]) -> Page[T]:
    """Return a page of rows, of which one more than the limit was asked for."""
    return Page(items=[to_item(row) for row in rows[: call.limit]], next_cursor=next_of(call, rows))


def changes_of(call: ListCall, followed: Followed, shown: Sequence[Any], to_item: Callable[[Any], T]) -> Changes[T]:
    """Return those rows that changed after a revision and may be shown.

    Raises:
        EpochChanged: The caller follows another history of the database.
    """
    call.must_be_of(followed.newest)
    return Changes(
        items=[to_item(row) for row in shown],
        through=followed.through,
        newest=followed.newest.number,
        epoch=followed.newest.epoch,
    )
