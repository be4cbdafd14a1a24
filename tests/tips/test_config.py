"""The settings of tips."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from services.tips.config import TipsConfig


@pytest.mark.parametrize("days", ["0", "36501", "10000000", "99999999999"])
def test_contents_are_kept_for_a_century_at_most_unless_for_ever(monkeypatch: pytest.MonkeyPatch, days: str) -> None:
    # Some thousands of years on, there is no date, and whatever is done when an instant comes would stand still.
    assert TipsConfig().tips_retention_days is None
    monkeypatch.setenv("LANHMANH_TIPS_RETENTION_DAYS", "36500")
    assert TipsConfig().tips_retention_days == 36_500

    monkeypatch.setenv("LANHMANH_TIPS_RETENTION_DAYS", days)
    with pytest.raises(ValidationError, match="tips_retention_days"):
        TipsConfig()
