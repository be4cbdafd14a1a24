"""Answers that are tables, read back."""

from __future__ import annotations

import csv
import io

import httpx
import openpyxl

from runtime.http.tables import Form

AS_TABLES = [Form.CSV, Form.XLSX]


def table(answer: httpx.Response) -> list[dict[str, str]]:
    """Return the rows of a file by their columns, each cell as text; nothing is an empty one."""
    columns, *rows = _read(answer)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _read(answer: httpx.Response) -> list[list[str]]:
    if answer.headers["content-type"] == "text/csv; charset=utf-8":
        return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert answer.headers["content-type"] == Form.XLSX
    (sheet,) = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
