"""Find everything that is wrong with a draft in itself, whatever the units are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contracts.plan import DataElement
from contracts.plan_draft import PlanDraft
from kernel.calendar.days_off import Calendar
from kernel.problems import Spot
from services.plans.domain.indicator_faults import find_indicator_faults
from services.plans.domain.recurring_faults import repeated
from services.plans.domain.rule_faults import find_rule_faults


def find_draft_faults(draft: PlanDraft, calendar: Calendar) -> Iterator[Spot]:
    """Yield every fault, in the order of the document."""
    yield from _faults_of_years(draft)
    yield from _faults_of_days(draft)
    elements = {element.code: element for element in draft.elements}
    yield from _repeated([element.code for element in draft.elements], "/elements", "code")
    yield from _faults_of_elements(draft.elements)
    yield from _repeated([indicator.code for indicator in draft.indicators], "/indicators", "code")
    for place, indicator in enumerate(draft.indicators):
        yield from find_indicator_faults(indicator, elements, f"/indicators/{place}")
    yield from _repeated([rule.code for rule in draft.rules], "/rules", "code")
    are_years_sound = not any(_faults_of_years(draft))
    for place, rule in enumerate(draft.rules):
        periods = draft.periods(rule.frequency) if are_years_sound else ()
        yield from find_rule_faults(rule, elements, periods, calendar, f"/rules/{place}")
    yield from _repeated([task.number for task in draft.tasks], "/tasks", "number")


def _faults_of_years(draft: PlanDraft) -> Iterator[Spot]:
    programme = draft.programme
    if draft.until_year < draft.from_year:
        yield _years_reversed("/until_year", draft.from_year)
    if programme is None:
        return
    if programme.until_year < programme.from_year:
        yield _years_reversed("/programme/until_year", programme.from_year)
    elif draft.from_year < programme.from_year or programme.until_year < draft.until_year:
        yield Spot(
            "/programme",
            "programme_elsewhere",
            f"các năm của kế hoạch, {draft.from_year}-{draft.until_year}, không nằm trong giai đoạn của chương trình",
            f"the years of the plan, {draft.from_year}-{draft.until_year}, are not within the programme",
        )


def _years_reversed(pointer: str, from_year: int) -> Spot:
    return Spot(
        pointer,
        "years_reversed",
        f"năm cuối đứng trước năm đầu, {from_year}",
        f"the last year lies before the first, {from_year}",
    )


def _faults_of_days(draft: PlanDraft) -> Iterator[Spot]:
    if draft.from_year <= draft.until_year < draft.effective_on.year:
        yield Spot(
            "/effective_on",
            "effective_after_end",
            f"kế hoạch kết thúc cùng năm {draft.until_year}",
            f"the plan ends with {draft.until_year}",
        )
    if draft.issued_on is None and not draft.effective_assumed:
        yield Spot(
            "/effective_assumed",
            "assumption_unmarked",
            "không có `issued_on` thì ngày có hiệu lực do người nhập tự xác định: đặt `effective_assumed: true`",
            "without `issued_on` the effective day is given by hand: say so by `effective_assumed: true`",
        )


def _faults_of_elements(elements: Sequence[DataElement]) -> Iterator[Spot]:
    for place, element in enumerate(elements):
        if element.since == "programme" and element.kind != "cumulative":
            yield Spot(
                f"/elements/{place}/since",
                "not_cumulative",
                f"{element.code} không phải số lũy kế nên không có mốc bắt đầu",
                f"{element.code} is not cumulative, and has no start",
            )


def _repeated(names: Sequence[str], pointer: str, member: str) -> Iterator[Spot]:
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name in seen:
            yield repeated(f"{pointer}/{place}/{member}", name)
        seen.add(name)
