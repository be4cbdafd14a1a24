"""What the lists of this service have in common: a page with the place of the next, or changes by whole revisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from runtime.http.call import ListCall
from runtime.http.pages import Changes, Followed, Page, encode_cursor, key_of
from services.plans.domain.refusals import ChangesFiltered

T = TypeVar("T")


def ensure_unfiltered(**filters: object) -> None:
    """Make sure that no filter goes with `after`.

    Raises:
        ChangesFiltered: One does.
    """
    given = [name for name, value in filters.items() if value is not None]
    if given:
        raise ChangesFiltered(filters=", ".join(given))


def place_of(call: ListCall, kind: type[T]) -> T | None:
    """Return the sort key after which the page begins, of the kind of value that the list is sorted by.

    None for the first page.

    Raises:
        CursorInvalid: The cursor was not made by this service.
    """
    key = key_of(call.cursor, kind)
    return None if key is None else key[0]


def page_of(call: ListCall, rows: Sequence[Any], key: str, to_item: Callable[[Any], T]) -> Page[T]:
    """Return a page of rows, of which one more than the limit was asked for. `key` names what they are sorted by."""
    shown = rows[: call.limit]
    more = encode_cursor([getattr(shown[-1], key)]) if len(rows) > call.limit else None
    return Page(items=[to_item(row) for row in shown], next_cursor=more)


def changes_of(call: ListCall, followed: Followed, to_item: Callable[[Any], T]) -> Changes[T]:
    """Return what changed after a revision.

    Raises:
        EpochChanged: The caller follows another history of the database.
    """
    call.must_be_of(followed.newest)
    return Changes(
        items=[to_item(row) for row in followed.rows],
        through=followed.through,
        newest=followed.newest.number,
        epoch=followed.newest.epoch,
    )
