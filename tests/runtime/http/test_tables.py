"""Tables as CSV: for spreadsheets, which must not run what somebody wrote."""

from __future__ import annotations

import csv
import io

import httpx
import pytest

from runtime.http.tables import csv_bytes, wants_csv
from tests.runtime.http.conftest import light, on_sqlite_only

Caller = dict[str, str]


def read(table: bytes) -> list[list[str]]:
    assert table.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))


@pytest.mark.parametrize("text", ["=1+1", "+84", "-7", "@SUM(A1)", "\tx", "\rx"])
def test_a_text_that_begins_like_a_formula_is_kept_from_running(text: str) -> None:
    assert read(csv_bytes(["chỗ"], [[text]]))[1] == [f"'{text}"]


def test_numbers_unknowns_and_vietnamese_stay_what_they_are() -> None:
    rows = read(csv_bytes(["chỗ", "sáng", "ghi chú"], [["Kê Gà", -7, None], ['"Mũi", Dinh', 0, "a=b"]]))

    assert rows == [["chỗ", "sáng", "ghi chú"], ["Kê Gà", "-7", ""], ['"Mũi", Dinh', "0", "a=b"]]


@pytest.mark.parametrize(("accept", "asked"), [(None, False), ("application/json", False), ("text/csv, */*", True)])
def test_csv_is_for_those_who_ask_for_it(accept: str | None, asked: bool) -> None:
    assert wants_csv(accept) is asked


@on_sqlite_only
@pytest.mark.asyncio
async def test_a_list_comes_as_csv_file(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    await light(client, kim_tan, "=HYPERLINK(0)")

    answer = await client.get("/v1/lamps", headers={**kim_tan, "Accept": "text/csv"})

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="lamps.csv"'
    assert read(answer.content) == [["place", "brightness"], ["'=HYPERLINK(0)", "7"]]
