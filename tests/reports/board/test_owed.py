"""What is owed is entered by numbers that are known, or not at all."""

from __future__ import annotations

from uuid import UUID

import numpy as np
import pytest

from kernel.clock import from_micros
from runtime.database.revision import Revision
from services.reports.board.owed import Owed
from services.reports.evaluation.history import LONG_AGO
from services.reports.store.columns import HISTORY, STATE, Bulk, Series

PLAN = UUID(int=1)
SERIES = Series(PLAN, "monthly", "required", "", "", opened_at=0, opened_recorded_at=0, revision=1)


def bulk(**numbers: int) -> Bulk:
    """Return one obligation, with a unit, a period and a series that have the number 0."""
    numbers = {"correction_due_at": LONG_AGO, **numbers}
    states = {name: np.full(1, numbers.get(name, 0), type_) for name, type_ in STATE.items()}
    told = {name: np.empty(0, type_) for name, type_ in HISTORY.items()}
    until = Revision(UUID(int=0), 1, from_micros(1))
    return Bulk(until, False, states, told, [UUID(int=2)], ["2026-01"], [SERIES])


def no_reminder(_plan: UUID, _rule: str) -> int:
    return 0


def test_an_obligation_is_entered_by_numbers_that_are_known() -> None:
    owed = Owed()

    assert owed.take_in(bulk(), no_reminder).tolist() == [0]
    assert owed.row(0).unit_id == UUID(int=2)


@pytest.mark.parametrize("last", ["unit_no", "period_no", "series_no"])
def test_an_obligation_before_its_unit_period_or_series_is_refused(last: str) -> None:
    owed = Owed()

    with pytest.raises(ValueError, match=r"^an obligation comes before its unit, its period or its series$"):
        owed.take_in(bulk(**{last: 1}), no_reminder)
    assert not len(owed.book)
