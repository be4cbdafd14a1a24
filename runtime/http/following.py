"""What all lists have in common: a page with the place of the next one, or changes by whole revisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from runtime.http.call import ListCall, OpenCall
from runtime.http.pages import Changes, Followed, Page, cursor_beyond, key_of
from runtime.http.refusals import ChangesFiltered

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


def next_of(call: ListCall, rows: Sequence[Any], *sorted_by: str) -> str | None:
    """Return the cursor of the next page, where one row more than the limit was found."""
    return cursor_beyond(rows, call.limit, *sorted_by)


def page_of(call: ListCall, rows: Sequence[Any], sorted_by: str, to_item: Callable[[Any], T]) -> Page[T]:
    """Return a page of rows, of which one more than the limit was asked for."""
    return Page(items=[to_item(row) for row in rows[: call.limit]], next_cursor=next_of(call, rows, sorted_by))


def link_to_next(call: OpenCall, cursor: str | None) -> dict[str, str]:
    """Return the header that leads to the next page (RFC 8288), for those who do not read the page itself."""
    if cursor is None:
        return {}
    return {"Link": f'<?{call.request.url.include_query_params(cursor=cursor).query}>; rel="next"'}


def changes_of(call: ListCall, followed: Followed, items: Sequence[T]) -> Changes[T]:
    """Return what changed after a revision: `items` are those of the rows that the caller may see.

    Raises:
        EpochChanged: The caller follows another history of the database.
    """
    call.must_be_of(followed.newest)
    return Changes(
        items=items,
        through=followed.through,
        newest=followed.newest.number,
        epoch=followed.newest.epoch,
    )
