"""Find what is wrong with a reporting rule: its periods, due days and figures must go together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from contracts.plan import DataElement, Rule
from kernel.calendar.days_off import Calendar
from kernel.calendar.due import Bound, due
from kernel.calendar.period import Frequency, Period
from kernel.problems import Spot
from services.plans.domain.recurring_faults import element_unknown, resolved_here

_OPENED_BY_HAND = frozenset({Frequency.AD_HOC, Frequency.FLASH})
"""Reports whose due instant is given when one is asked for."""
_RESOLVED_HERE = ("reporter_ids", "receiver_ids", "through_id")


def find_rule_faults(
    rule: Rule, elements: Mapping[str, DataElement], periods: tuple[Period, ...], calendar: Calendar, pointer: str
) -> Iterator[Spot]:
    """Yield every fault of a rule that stands at `pointer`, over its `periods` under the plan."""
    for member in _RESOLVED_HERE:
        if getattr(rule, member):
            yield resolved_here(f"{pointer}/{member}")
    for place, code in enumerate(rule.elements or ()):
        if code not in elements:
            yield element_unknown(f"{pointer}/elements/{place}", code)
    yield from _faults_of_wording(rule, f"{pointer}/due")
    yield from _dates_of_no_period(rule, periods, f"{pointer}/due/dates")
    yield from _days_before_cut_off(rule, periods, calendar, f"{pointer}/due")


def _faults_of_wording(rule: Rule, pointer: str) -> Iterator[Spot]:
    day, dates, bound = rule.due.day, rule.due.dates, rule.due.bound
    if rule.frequency in _OPENED_BY_HAND:
        if day is not None or dates:
            yield Spot(
                pointer,
                "due_without_effect",
                f"thời hạn của báo cáo `{rule.frequency}` do từng yêu cầu báo cáo ấn định",
                f"a {rule.frequency} report is due when its request says",
            )
    elif bound is Bound.UNSTATED and day is not None:
        yield Spot(
            f"{pointer}/bound",
            "bound_missing",
            "đã nêu ngày thì phải nêu `before` (trước ngày) hoặc `by` (chậm nhất ngày)",
            "a day needs `before` or `by`",
        )
    elif bound is not Bound.UNSTATED and day is None and not dates:
        yield Spot(
            f"{pointer}/day",
            "day_missing",
            f"`{bound}` phải đi với một ngày hằng tháng, hoặc các ngày cụ thể ở `dates`",
            f"`{bound}` needs a day, or dates",
        )


def _dates_of_no_period(rule: Rule, periods: tuple[Period, ...], pointer: str) -> Iterator[Spot]:
    if rule.frequency in _OPENED_BY_HAND:
        return
    keys = {period.key for period in periods}
    for key in rule.due.dates:
        if key not in keys:
            yield Spot(
                f"{pointer}/{_escaped(key)}",
                "period_unknown",
                f"chế độ báo cáo không có kỳ {key}",
                f"the rule has no period {key}",
            )


def _days_before_cut_off(rule: Rule, periods: tuple[Period, ...], calendar: Calendar, pointer: str) -> Iterator[Spot]:
    """Yield due days that lie before the figures are complete: each explicit date, and the rule's day once."""
    is_day_named = False
    for period in periods:
        covered = period.days(rule.cut_off)
        instant = due(rule.due.rule(), period, calendar)
        is_explicit = period.key in rule.due.dates
        if covered is None or instant is None or (is_day_named and not is_explicit):
            continue
        closes_on = covered.until - timedelta(days=1)
        if instant.last_timely_on < closes_on:
            is_day_named |= not is_explicit
            where = f"{pointer}/dates/{_escaped(period.key)}" if is_explicit else f"{pointer}/day"
            yield Spot(
                where,
                "due_before_cut_off",
                f"kỳ {period.key} có hạn gửi {instant.last_timely_on}, nhưng đến {closes_on} mới chốt số liệu",
                f"{period.key} would be due on {instant.last_timely_on}, but its figures close on {closes_on}",
            )


def _escaped(key: str) -> str:
    """Return a key as a step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
