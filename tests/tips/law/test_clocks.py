"""The limits are the law's: their values, units, days and references, told here once more by hand."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.events.tips import Category
from services.tips.domain.deadline import Step
from services.tips.domain.nature import Instance, Nature
from services.tips.law.alarms import terms_on
from services.tips.law.clocks import limits_of
from services.tips.law.extensions import extensions_of

TODAY = date(2026, 11, 30)
CRIME, DENUNCIATION = Nature(Category.CRIME_REPORT), Nature(Category.DENUNCIATION)
FIRST, SECOND = (Nature(Category.COMPLAINT, instance) for instance in Instance)
REMOTE = [Nature(Category.COMPLAINT, instance, is_remote=True) for instance in Instance]


def complaint(accept: str, resolve: int) -> set[str]:
    return {f"accept {accept} receipt", f"resolve {resolve} days acceptance"}


@pytest.mark.parametrize(
    ("nature", "on", "limits"),
    [
        (None, date(2025, 4, 18), {"classify 24 hours receipt"}),
        (
            CRIME,
            date(2025, 4, 18),
            {
                "classify 24 hours receipt",
                "transfer 24 hours incompetence",
                "notify_receipt 3 working_days receipt",
                "assign 3 days receipt",
                "resolve 20 days receipt",
                "notify_outcome 3 days outcome",
            },
        ),
        (
            DENUNCIATION,
            date(2025, 4, 18),
            {
                "accept 7 working_days receipt",
                "transfer 5 working_days receipt",
                "notify_acceptance 5 working_days acceptance",
                "resolve 30 days acceptance",
            },
        ),
        (FIRST, date(2026, 6, 30), complaint("10 days", 30)),
        (SECOND, date(2026, 6, 30), complaint("10 days", 45)),
        (FIRST, date(2026, 7, 1), complaint("7 working_days", 30)),
        (SECOND, date(2026, 7, 1), complaint("7 working_days", 45)),
        (REMOTE[0], date(2026, 7, 1), complaint("7 working_days", 45)),
        (REMOTE[1], date(2026, 6, 30), complaint("10 days", 60)),
        (Nature(Category.FEEDBACK), date(2025, 4, 18), set()),
    ],
)
def test_limits_of_what_a_tip_is_on_a_day(nature: Nature | None, on: date, limits: set[str]) -> None:
    found = limits_of(nature, on)

    assert {f"{one.step} {one.length.value} {one.length.unit} {one.runs_from}" for one in found} == limits
    assert all(one.reference for one in found)


@pytest.mark.parametrize(
    ("nature", "extensions"),
    [
        (CRIME, {"resolve complex [1]": (2, "months"), "resolve procuracy [2]": (2, "months")}),
        (
            DENUNCIATION,
            {
                "accept several_places [1]": (3, "working_days"),
                "resolve complex [1]": (30, "days"),
                "resolve especially_complex [1, 2]": (30, "days"),
            },
        ),
        (FIRST, {"resolve complex [1]": (15, "days")}),
        (SECOND, {"resolve complex [1]": (15, "days")}),
        (REMOTE[0], {"resolve complex [1]": (15, "days")}),
        (REMOTE[1], {"resolve complex [1]": (10, "days")}),
        (Nature(Category.FEEDBACK), {}),
        (Nature(), {}),
    ],
)
def test_extensions_that_the_law_knows(nature: Nature, extensions: dict[str, tuple[int, str]]) -> None:
    known = extensions_of(nature, TODAY)

    assert {f"{one.step} {one.kind} {sorted(one.as_number)}" for one in known} == set(extensions)
    for one in known:
        (limit,) = (limit for limit in limits_of(nature, TODAY, [one.name]) if limit.step is one.step)
        assert limit.more == (extensions[f"{one.step} {one.kind} {sorted(one.as_number)}"],)


def test_what_was_granted_to_another_category_adds_nothing() -> None:
    granted = ["resolve.crime_report.complex"]

    assert all(limit.more == () for limit in limits_of(DENUNCIATION, TODAY, granted))


def test_units_above_are_told_ever_later_and_every_step_has_a_lead() -> None:
    terms = terms_on(TODAY)

    assert list(terms.escalation) == sorted(set(terms.escalation))
    assert set(terms.leads) == set(Step)
