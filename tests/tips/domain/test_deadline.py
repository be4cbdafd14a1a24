"""Laws of clocks: none runs backwards, and nothing shortens one but what the law names."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contracts.events.tips import Category
from kernel.calendar.days_off import LEGAL_CALENDAR, Decision
from kernel.clock import legal_day
from services.tips.domain.deadline import Limit, Progress, Start, Step, deadlines, end_of_limit, next_due
from services.tips.domain.nature import Instance, Nature
from services.tips.law.clocks import limits_of
from services.tips.law.extensions import extensions_of

NATURES = [
    None,
    Nature(Category.CRIME_REPORT),
    Nature(Category.DENUNCIATION),
    *(Nature(Category.COMPLAINT, instance, remote) for instance in Instance for remote in (False, True)),
]
DAY = date(2026, 2, 2)
EVERY_LIMIT = [
    limit
    for nature in NATURES
    for granted in ((), *([one.name] for one in extensions_of(nature or Nature(), DAY)))
    for limit in limits_of(nature, DAY, granted)
]

limits = st.sampled_from(EVERY_LIMIT)
instants = st.datetimes(datetime(2025, 12, 1), datetime(2026, 12, 31)).map(lambda one: one.replace(tzinfo=UTC))  # noqa: DTZ001
pauses = st.timedeltas(timedelta(microseconds=1), timedelta(days=200))


def test_there_are_limits_of_every_step_and_unit() -> None:
    assert {one.step for one in EVERY_LIMIT} == set(Step)
    assert {length.unit for one in EVERY_LIMIT for length in (one.length, *one.more)} == {
        *("hours", "days", "working_days", "months")
    }


@given(limits, instants, instants)
def test_what_begins_later_never_ends_earlier(limit: Limit, one: datetime, other: datetime) -> None:
    earlier, later = sorted([one, other])

    assert end_of_limit(limit, earlier, LEGAL_CALENDAR) <= end_of_limit(limit, later, LEGAL_CALENDAR)


@given(limits, instants, st.sets(st.dates(date(2026, 1, 1), date(2027, 3, 1)), max_size=12))
def test_another_day_off_never_shortens_a_limit(limit: Limit, since: datetime, off: set[date]) -> None:
    decision = Decision("Quyết định thử", date(2026, 1, 1), days_off=tuple(sorted(off)))
    worked = {day for one in LEGAL_CALENDAR.decisions for day in one.worked}
    more = LEGAL_CALENDAR.with_decision(Decision(decision.decision, decision.decided_on, tuple(sorted(off - worked))))

    assert end_of_limit(limit, since, LEGAL_CALENDAR) <= end_of_limit(limit, since, more)


@given(limits, instants)
def test_limits_in_days_end_on_working_days_and_those_in_hours_where_they_end(limit: Limit, since: datetime) -> None:
    end = end_of_limit(limit, since, LEGAL_CALENDAR)

    if limit.length.unit == "hours":
        assert end - since == timedelta(hours=limit.length.value)
    else:
        assert LEGAL_CALENDAR.is_working_day(legal_day(end - timedelta(microseconds=1)))
        assert (end + timedelta(hours=7)).time().isoformat() == "00:00:00"


@given(instants, pauses, st.timedeltas(timedelta(), timedelta(days=19)))
def test_a_suspension_moves_the_deadline_of_resolving_by_exactly_its_length_and_no_other(
    received_at: datetime, pause: timedelta, later: timedelta
) -> None:
    found = limits_of(Nature(Category.CRIME_REPORT), DAY)
    plain = deadlines(found, Progress(received_at), LEGAL_CALENDAR)
    standing = deadlines(found, Progress(received_at, suspended_at=received_at + later), LEGAL_CALENDAR)
    resumed = deadlines(found, Progress(received_at, paused=pause), LEGAL_CALENDAR)

    moved = {one.step: two.due_at - one.due_at for one, two in zip(plain, resumed, strict=True)}
    assert moved == {step: pause if step is Step.RESOLVE else timedelta() for step in moved}
    far = received_at + timedelta(days=2000)
    assert {one.step for one in plain if one.is_missed(far)} - {one.step for one in standing if one.is_missed(far)} == {
        Step.RESOLVE
    }
    assert all(one.step is not Step.RESOLVE or not one.is_open for one in standing)


@given(limits, instants, instants)
def test_a_limit_that_was_missed_stays_where_it_was(limit: Limit, since: datetime, then: datetime) -> None:
    at_once = Limit(limit.name, Step.RESOLVE, limit.length, Start.RECEIPT, limit.reference, limit.more)

    (found,) = deadlines([at_once], Progress(since), LEGAL_CALENDAR, {limit.name: then})

    assert found.due_at == then


@given(instants)
def test_who_cannot_be_told_need_not_be(received_at: datetime) -> None:
    done = Progress(received_at, received_at, accepted_at=received_at, answered_at=received_at)
    known = Progress(received_at, received_at, accepted_at=received_at, answered_at=received_at, informant_known=True)

    for nature in (Nature(Category.CRIME_REPORT), Nature(Category.DENUNCIATION)):
        found = limits_of(nature, DAY)
        more = {one.step for one in deadlines(found, known, LEGAL_CALENDAR)}
        assert more - {one.step for one in deadlines(found, done, LEGAL_CALENDAR)} in (
            {Step.NOTIFY_OUTCOME},
            {Step.NOTIFY_ACCEPTANCE},
        )


def test_two_months_from_the_end_of_a_month_end_with_the_shorter_one() -> None:
    nature = Nature(Category.CRIME_REPORT)
    limit = next(one for one in limits_of(nature, DAY, ["resolve.crime_report.complex"]) if one.step is Step.RESOLVE)

    # 20 days after 11/12/2025 is 31/12; two months later is 28/2/2026, a Saturday, and so Monday 2/3.
    assert end_of_limit(limit, datetime(2025, 12, 11, 3, tzinfo=UTC), LEGAL_CALENDAR) == datetime(
        2026, 3, 2, 17, tzinfo=UTC
    )


def test_the_next_deadline_is_none_that_stands_still() -> None:
    at = datetime(2026, 3, 2, 3, tzinfo=UTC)
    progress = Progress(at, at, receipt_told_at=at, accepted_at=at, suspended_at=at)

    found = deadlines(limits_of(Nature(Category.CRIME_REPORT), DAY), progress, LEGAL_CALENDAR)

    assert next_due(found, at) is None
