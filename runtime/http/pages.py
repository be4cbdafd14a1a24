"""Answer lists a page at a time, and changes by whole revisions."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from pydantic import BaseModel, Field

from runtime.http.refusals import CursorInvalid

T = TypeVar("T")

LARGEST_PAGE = 1000


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


def decode_cursor(cursor: str | None, length: int) -> list[Any] | None:
    """Return the sort key in a cursor.

    Raises:
        CursorInvalid: It was not made by `encode_cursor` for a key of this length.
    """
    if cursor is None:
        return None
    try:
        key = msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, msgspec.DecodeError, ValueError):
        raise CursorInvalid from None
    if not isinstance(key, list) or len(key) != length:
        raise CursorInvalid
    return key


def whole_revisions(rows: Sequence[T], revision_of: Any, limit: int) -> Sequence[T]:
    """Cut rows in the order of their revisions so that no revision is torn apart.

    `rows` are at most `limit + 1`; one more than the limit says that there are more.
    A revision larger than a page must be fetched whole by the caller: then nothing is left here.
    """
    if len(rows) <= limit:
        return rows
    torn = revision_of(rows[-1])
    return [row for row in rows if revision_of(row) != torn]
