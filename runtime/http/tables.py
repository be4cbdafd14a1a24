"""Answer a table in the form that the caller asks for: the one place that turns columns and rows into CSV or XLSX."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

from starlette.responses import Response
from xlsxwriter import Workbook

Encode = Callable[[Sequence[str], Iterable[Sequence[object]]], bytes]


class Form(StrEnum):
    """How an answer is written, by its media type."""

    JSON = "application/json"
    CSV = "text/csv"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def form_of(accept: str | None) -> Form:
    """Return the form that the caller likes best, the first named of equals; JSON if it names none of ours.

    >>> form_of("text/csv;q=0.5, application/json").name, form_of("text/csv, */*").name
    ('JSON', 'CSV')
    """
    named = [[part.strip().lower() for part in one.split(";")] for one in (accept or "").split(",")]
    liked = [(_quality(more), Form(media)) for media, *more in named if media in set(Form)]
    return max((one for one in liked if one[0] > 0), key=lambda one: one[0], default=(1.0, Form.JSON))[1]


def _quality(parameters: Sequence[str]) -> float:
    """Return how much a media type is liked (RFC 9110, 12.4.2); not at all where that cannot be read."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return rows as CSV (RFC 4180) with a byte order mark, without which spreadsheets misread Vietnamese."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_plain(value) for value in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _plain(value: object) -> object:
    """Keep a spreadsheet from running a text that begins like a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def xlsx_bytes(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return rows as a workbook of one sheet, whose first row is bold and stays in sight.

    The same rows give the same bytes. Whole numbers are numbers as far as a spreadsheet knows them exactly; all else
    is text and never a formula, cut off where a cell is full (32,767 characters).
    """
    file = io.BytesIO()
    # In memory: tables are pages or the units below one, and a full disk is to fail nobody's question.
    book = Workbook(file, {"in_memory": True})
    book.set_properties({"created": _CREATED})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, None, book.add_format({"bold": True}))
    for number, row in enumerate((columns, *rows)):
        for place, value in enumerate(row):
            if isinstance(value, int) and abs(value) <= _EXACT:
                sheet.write_number(number, place, value)
            elif value is not None:
                sheet.write_string(number, place, str(value))
    book.close()
    return file.getvalue()


_CREATED = datetime(2025, 1, 1, tzinfo=UTC)
"""The instant at which a workbook says it was made: any, but always the same."""
_EXACT = 10**15
"""Spreadsheets keep 15 digits."""

_ENCODE: Mapping[Form, Encode] = MappingProxyType({Form.CSV: csv_bytes, Form.XLSX: xlsx_bytes})


async def table_response(
    form: Form, columns: Sequence[str], rows: Iterable[Sequence[object]], name: str, **headers: str
) -> Response:
    """Return a table as a file in a form other than JSON. Other requests go on while it is written."""
    body = await asyncio.to_thread(_ENCODE[form], columns, list(rows))
    suffix = form.name.lower()
    disposition = {"Content-Disposition": f'attachment; filename="{name}.{suffix}"', "Vary": "Accept"}
    media_type = f"{form}; charset=utf-8" if form is Form.CSV else form
    return Response(body, headers=disposition | headers, media_type=media_type)
