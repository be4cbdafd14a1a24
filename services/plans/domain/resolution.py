"""Make a plan out of a draft: every unit found, every fault named."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from contracts.plan import Indicator, Plan, Rule, UnitsMeeting
from contracts.plan_draft import PlanDraft
from kernel.calendar.days_off import Calendar
from kernel.problems import Spot
from kernel.units import UnitTree
from services.plans.domain.draft_faults import find_draft_faults
from services.plans.domain.refusals import PlanInvalid
from services.plans.domain.unit_names import UnitNames

_NOT_IN_PLAN = {"units_as_of"}


def resolve_plan(
    draft: PlanDraft,
    *,
    plan_id: UUID,
    version: int,
    tree: UnitTree,
    calendar: Calendar,
    not_before: date | None = None,
) -> Plan:
    """Return a version of a plan, with the selectors resolved on its effective day.

    `not_before` is the day from which the plan binds, if `draft` amends it.

    Raises:
        PlanInvalid: Anything is wrong. It names every place at once, not only the first.
    """
    names = UnitNames(tree, named_on=draft.units_as_of or draft.effective_on, effective_on=draft.effective_on)
    faults = list(find_draft_faults(draft, calendar))
    if not_before is not None and draft.effective_on < not_before:
        faults.append(
            Spot(
                "/effective_on",
                "effective_before_plan",
                f"kế hoạch có hiệu lực từ ngày {not_before}, sửa đổi không thể có hiệu lực trước ngày đó",
                f"the plan itself binds from {not_before}: an amendment cannot bind before",
            )
        )
    issuer_id = names.find(draft.issuer, "/issuer")
    resolved = {
        "indicators": tuple(_resolved_indicator(one, names, at) for at, one in enumerate(draft.indicators)),
        "rules": tuple(_resolved_rule(one, names, at) for at, one in enumerate(draft.rules)),
    }
    for at, task in enumerate(draft.tasks):
        names.find_all(task.lead, f"/tasks/{at}/lead")
        names.find_all(task.coordinating, f"/tasks/{at}/coordinating")
    faults += names.faults
    if faults or issuer_id is None:
        raise PlanInvalid(spots=tuple(faults), count=len(faults))
    said: dict[str, Any] = {name: getattr(draft, name) for name in type(draft).model_fields if name not in _NOT_IN_PLAN}
    return Plan(plan_id=plan_id, version=version, issuer_id=issuer_id, **(said | resolved))


def ensure_same_slug(draft: PlanDraft, slug: str) -> None:
    """Make sure that new content is for the plan it is sent to.

    Raises:
        PlanInvalid: It names another one; a plan keeps its slug.
    """
    if draft.slug != slug:
        differs = Spot("/slug", "slug_differs", f"đây là kế hoạch {slug}", f"this is the plan {slug}")
        raise PlanInvalid(spots=(differs,), count=1)


def _resolved_indicator(indicator: Indicator, names: UnitNames, at: int) -> Indicator:
    measure = indicator.measure
    if not isinstance(measure, UnitsMeeting):
        return indicator
    population = names.select(measure.population, f"/indicators/{at}/measure/population")
    return indicator.model_copy(update={"measure": measure.model_copy(update={"population_ids": population})})


def _resolved_rule(rule: Rule, names: UnitNames, at: int) -> Rule:
    pointer = f"/rules/{at}"
    found = {
        "reporter_ids": names.select(rule.reporters, f"{pointer}/reporters"),
        "receiver_ids": names.find_all(rule.receivers, f"{pointer}/receivers"),
        "through_id": None if rule.through is None else names.find(rule.through, f"{pointer}/through"),
    }
    return rule.model_copy(update=found)
