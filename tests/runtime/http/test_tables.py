"""Tables as CSV and XLSX: for spreadsheets, which must not run what somebody wrote."""

from __future__ import annotations

import csv
import io
import zipfile

import httpx
import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from runtime.http.tables import Form, csv_bytes, form_of, xlsx_bytes
from tests.runtime.http.conftest import light, on_sqlite_only

Caller = dict[str, str]
FORMULAS = ["=1+1", "+84", "-7", "@SUM(A1)", "\tx", "\rx"]


def read(table: bytes) -> list[list[str]]:
    assert table.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))


def sheet_of(table: bytes) -> Worksheet:
    (sheet,) = openpyxl.load_workbook(io.BytesIO(table)).worksheets
    return sheet


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_begins_like_a_formula_is_kept_from_running(text: str) -> None:
    assert read(csv_bytes(["chỗ"], [[text]]))[1] == [f"'{text}"]


def test_numbers_unknowns_and_vietnamese_stay_what_they_are() -> None:
    rows = read(csv_bytes(["chỗ", "sáng", "ghi chú"], [["Kê Gà", -7, None], ['"Mũi", Dinh', 0, "a=b"]]))

    assert rows == [["chỗ", "sáng", "ghi chú"], ["Kê Gà", "-7", ""], ['"Mũi", Dinh', "0", "a=b"]]


@pytest.mark.parametrize("text", [*FORMULAS, "http://harbour.test", "{=A1}", "0123"])
def test_in_a_workbook_every_text_is_text(text: str) -> None:
    (cell,) = sheet_of(xlsx_bytes(["chỗ"], [[text]]))[2]

    assert (cell.data_type, cell.hyperlink) == ("s", None)
    assert unescape(str(cell.value)) == text


def test_in_a_workbook_numbers_are_numbers_as_far_as_they_are_exact() -> None:
    rows = [["Kê Gà", -7, None], ["Mũi Dinh", 10**15, 10**15 + 1]]

    sheet = sheet_of(xlsx_bytes(["chỗ", "sáng", "ghi chú"], rows))

    assert list(sheet.values) == [
        ("chỗ", "sáng", "ghi chú"),
        ("Kê Gà", -7, None),
        ("Mũi Dinh", 10**15, "1000000000000001"),
    ]


def test_the_first_row_of_a_workbook_is_bold_and_stays_in_sight() -> None:
    sheet = sheet_of(xlsx_bytes(["chỗ"], [["Kê Gà"]]))

    assert (sheet.freeze_panes, sheet["A1"].font.b, sheet["A2"].font.b) == ("A2", True, False)


def test_a_cell_takes_no_more_than_it_can_hold() -> None:
    (cell,) = sheet_of(xlsx_bytes(["chỗ"], [["đ" * 40_000]]))[2]

    assert cell.value == "đ" * 32_767


def test_the_same_rows_are_the_same_bytes_on_any_day() -> None:
    first, again = (xlsx_bytes(["chỗ", "sáng"], [["Kê Gà", 7]]) for _ in range(2))

    book = openpyxl.load_workbook(io.BytesIO(first))
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        written = {part.date_time for part in parts.infolist()}
    assert first == again
    said = {instant and instant.isoformat() for instant in (book.properties.created, book.properties.modified)}
    assert said == {"2025-01-01T00:00:00"}
    assert written == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, Form.JSON),
        ("application/json", Form.JSON),
        ("text/csv, */*", Form.CSV),
        ("Text/CSV ;q=0.9,text/html", Form.CSV),
        (f"{Form.XLSX}", Form.XLSX),
        (f"text/csv;q=0.5, {Form.XLSX};q=0.8, application/json;q=0.1", Form.XLSX),
        (f"{Form.XLSX}, text/csv", Form.XLSX),
        ("text/csv;q=0", Form.JSON),
        ("text/csv;q=good, application/json;q=0.1", Form.JSON),
    ],
)
def test_a_form_is_for_those_who_like_it_best(accept: str | None, form: Form) -> None:
    assert form_of(accept) is form


@on_sqlite_only
@pytest.mark.asyncio
async def test_a_list_comes_as_csv_file(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    await light(client, kim_tan, "=HYPERLINK(0)")

    answer = await client.get("/v1/lamps", headers={**kim_tan, "Accept": "text/csv"})

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="lamps.csv"'
    assert read(answer.content) == [["place", "brightness"], ["'=HYPERLINK(0)", "7"]]


@on_sqlite_only
@pytest.mark.asyncio
async def test_a_list_comes_as_workbook(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    await light(client, kim_tan, "=HYPERLINK(0)")

    answer = await client.get("/v1/lamps", headers={**kim_tan, "Accept": Form.XLSX})

    assert answer.headers["content-type"] == Form.XLSX
    assert answer.headers["content-disposition"] == 'attachment; filename="lamps.xlsx"'
    assert list(sheet_of(answer.content).values) == [("place", "brightness"), ("=HYPERLINK(0)", 7)]
