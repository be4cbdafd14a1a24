"""The status of an obligation at an instant, rule by rule and at the last microsecond."""

from __future__ import annotations

import pytest

from services.reports.evaluation.history import Fact, FactKind, fold
from services.reports.evaluation.status import Status, status_at
from tests.reports.evaluation.histories import FOREVER, fact

DUE, REMINDER = 1000, 200
OPENED = fact(FactKind.OPENED, 100, due_at=DUE)
UNDATED = fact(FactKind.OPENED, 100)
EXCUSED = fact(FactKind.EXCUSED, 150, revision=2)


def received(at: int, version: int = 1) -> Fact:
    return fact(FactKind.SUBMITTED, at, version=version, revision=2)


def returned(at: int, correction_due_at: int) -> Fact:
    return fact(FactKind.RETURNED, at, version=1, correction_due_at=correction_due_at, revision=3)


def status_after(t: int, *facts: Fact, requested: bool = False) -> Status:
    return status_at(fold(facts, t, FOREVER), t, reminder=REMINDER, requested=requested)


@pytest.mark.parametrize(
    ("t", "status"),
    [
        (99, Status.ABSENT),
        (100, Status.NOT_DUE),
        (799, Status.NOT_DUE),
        (800, Status.DUE_SOON),
        (999, Status.DUE_SOON),
        (1000, Status.OVERDUE),
    ],
)
def test_silence_becomes_due_soon_and_then_overdue(t: int, status: Status) -> None:
    assert status_after(t, OPENED) is status


@pytest.mark.parametrize(("at", "status"), [(999, Status.ON_TIME), (1000, Status.LATE)])
def test_last_microsecond_before_the_due_instant_is_on_time(at: int, status: Status) -> None:
    assert status_after(5000, OPENED, received(at)) is status


def test_correction_after_the_due_instant_stays_on_time() -> None:
    assert status_after(5000, OPENED, received(900), returned(950, 1500), received(1200, version=2)) is Status.ON_TIME


@pytest.mark.parametrize(
    ("correction_due_at", "t", "status"),
    [
        (1500, 1499, Status.RETURNED),
        (1500, 1500, Status.OVERDUE),
        (960, 999, Status.RETURNED),
        (960, 1000, Status.OVERDUE),
    ],
)
def test_returned_report_is_overdue_after_both_days_have_passed(correction_due_at: int, t: int, status: Status) -> None:
    assert status_after(t, OPENED, received(900), returned(950, correction_due_at)) is status


def test_returned_report_is_never_due_soon() -> None:
    assert status_after(960, OPENED, received(900), returned(950, 955)) is Status.RETURNED


def test_excuse_goes_before_everything_else() -> None:
    assert status_after(5000, UNDATED, EXCUSED, received(900), requested=True) is Status.EXCUSED


def test_undated_goes_before_requested_and_received() -> None:
    assert status_after(5000, UNDATED, received(900), requested=True) is Status.UNDATED


def test_requested_report_is_never_overdue_nor_on_time() -> None:
    assert status_after(5000, OPENED, requested=True) is Status.REQUESTED
    assert status_after(5000, OPENED, received(900), requested=True) is Status.REQUESTED


def test_excused_obligation_that_is_not_open_yet_has_no_status() -> None:
    assert status_after(50, OPENED, fact(FactKind.EXCUSED, 40, revision=2)) is Status.ABSENT


def test_labels_are_the_words_of_the_answers() -> None:
    assert [status.label for status in Status] == [
        *("absent", "excused", "undated", "requested", "on_time", "late"),
        *("returned", "overdue", "due_soon", "not_due"),
    ]
