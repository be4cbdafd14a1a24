"""Instants in requests are RFC 3339 with an offset, and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime

import httpx
import pytest
from pydantic import TypeAdapter, ValidationError

from kernel.clock import end_of, legal_day, start_of
from runtime.http.instants import BoundedDay, StrictInstant
from tests.runtime.http.conftest import on_sqlite_only

INSTANT = TypeAdapter(StrictInstant)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-06-14T17:00:00Z", datetime(2025, 6, 14, 17, tzinfo=UTC)),
        ("2025-06-15t00:00:00+07:00", datetime(2025, 6, 14, 17, tzinfo=UTC)),
        ("2025-06-14T16:59:59.999999z", datetime(2025, 6, 14, 16, 59, 59, 999999, tzinfo=UTC)),
        ("2025-06-14T16:59:59.5Z", datetime(2025, 6, 14, 16, 59, 59, 500000, tzinfo=UTC)),
        ("2025-06-14T00:00:00-00:00", datetime(2025, 6, 14, tzinfo=UTC)),
    ],
)
def test_an_instant_with_an_offset_is_understood(text: str, instant: datetime) -> None:
    assert INSTANT.validate_python(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "2025-06-14",
        "2025-06-14T17:00:00",
        "2025-06-14 17:00:00Z",
        "2025-06-14T17:00Z",
        "2025-06-14T17:00:00Z\n",
        "2025-06-14T17:00:00.1234567Z",
        "2025-06-14T17:00:00+0700",
        "2025-06-14T25:00:00Z",
        "2025-06-31T17:00:00Z",
        "2025-06-14T23:59:60Z",
        "٢٠٢٥-٠٦-١٤T17:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "1749920400",
        "now",
        "",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="instant_invalid"):
        INSTANT.validate_python(text)


@pytest.mark.parametrize("number", [0, 1749920400, 1.5, None, True])
def test_a_number_is_no_instant(number: object) -> None:
    with pytest.raises(ValidationError, match="instant_invalid"):
        INSTANT.validate_python(number)


def test_a_naive_instant_from_our_own_code_is_refused_too() -> None:
    with pytest.raises(ValidationError):
        INSTANT.validate_python(datetime(2025, 6, 14))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize("text", ["0001-01-02T00:00:00Z", "9999-12-29T23:59:59Z"])
def test_the_first_and_the_last_instant_have_a_legal_day_that_ends(text: str) -> None:
    assert end_of(legal_day(INSTANT.validate_python(text)))


@on_sqlite_only
@pytest.mark.asyncio
async def test_a_route_says_where_the_instant_is_wrong(client: httpx.AsyncClient, kim_tan: dict[str, str]) -> None:
    good = await client.get("/v1/tide?at=2025-06-15T00:00:00%2B07:00", headers=kim_tan)
    bad = await client.get("/v1/tide?at=2025-06-15", headers={**kim_tan, "Accept-Language": "en"})

    assert good.json() == {"at": "2025-06-14T17:00:00+00:00"}
    (error,) = bad.json()["errors"]
    assert (error["pointer"], error["code"]) == ("query/at", "instant_invalid")
    assert "2025-06-14T17:00:00Z" in error["detail"]


@pytest.mark.parametrize("day", [date(1, 1, 2), date(2025, 6, 14), date(9999, 12, 30)])
def test_the_bounds_of_a_bounded_day_are_instants(day: date) -> None:
    assert TypeAdapter(BoundedDay).validate_python(day.isoformat()) == day
    assert legal_day(start_of(day)) == day < legal_day(end_of(day))


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_without_bounds_is_refused(day: date) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(BoundedDay).validate_python(day)
