"""The settings of reports."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from services.reports.config import ReportsConfig


@pytest.mark.parametrize("days", [(3, 3), (7, 3), (0, 1), (-1,)])
def test_steps_of_an_escalation_must_grow(days: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError):
        ReportsConfig(escalation_days=days)


@pytest.mark.parametrize(("given", "read"), [("[1, 30]", (1, 30)), ("[]", ())])
def test_steps_of_an_escalation_are_a_list_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, given: str, read: tuple[int, ...]
) -> None:
    monkeypatch.setenv("LANHMANH_ESCALATION_DAYS", given)

    assert ReportsConfig().escalation_days == read
