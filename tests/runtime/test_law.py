"""A figure of the law holds on its days, and of two the younger one."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from runtime.law import Law, Provision, ProvisionMissing


def provision(value: int, since: date, until: date | None = None) -> Provision:
    return Provision(value=value, unit="days", valid_from=since, valid_until=until, reference="Điều 1")


LAW = Law({"answer": [provision(10, date(2020, 1, 1), date(2024, 1, 1)), provision(7, date(2023, 1, 1))]})


@pytest.mark.parametrize(
    ("on", "value"),
    [
        (date(2019, 12, 31), None),
        (date(2020, 1, 1), 10),
        (date(2022, 12, 31), 10),
        (date(2023, 1, 1), 7),
        (date(2030, 1, 1), 7),
    ],
)
def test_what_holds_on_a_day(on: date, value: int | None) -> None:
    found = LAW.find("answer", on)

    assert (None if found is None else found.value) == value


def test_an_end_is_exclusive() -> None:
    law = Law({"answer": [provision(10, date(2020, 1, 1), date(2024, 1, 1))]})

    assert (law.find("answer", date(2023, 12, 31)) is None, law.find("answer", date(2024, 1, 1)) is None) == (
        False,
        True,
    )


def test_what_must_hold_and_does_not_is_named() -> None:
    with pytest.raises(ProvisionMissing, match="harbour"):
        LAW.get("harbour", date(2025, 1, 1))


def test_a_provision_without_a_reference_is_none() -> None:
    with pytest.raises(ValidationError):
        Provision.model_validate({"value": 1, "unit": "days", "valid_from": date(2025, 1, 1)})
