"""What may be done with a plan in which state."""

from __future__ import annotations

from enum import StrEnum

from services.plans.domain.refusals import TransitionIllegal


class PlanState(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    ISSUED = "issued"
    CLOSED = "closed"


class Step(StrEnum):
    """What is done with a plan."""

    EDIT = "edit"
    ISSUE = "issue"
    AMEND = "amend"
    CLOSE = "close"


_AFTER = {
    PlanState.DRAFT: {Step.EDIT: PlanState.DRAFT, Step.ISSUE: PlanState.ISSUED},
    PlanState.ISSUED: {Step.AMEND: PlanState.ISSUED, Step.CLOSE: PlanState.CLOSED},
    PlanState.CLOSED: {},
}


def state_after(slug: str, state: PlanState, step: Step) -> PlanState:
    """Return where a step leads.

    >>> state_after("binh-thuan-2025", PlanState.DRAFT, Step.ISSUE).value
    'issued'

    Raises:
        TransitionIllegal: The step cannot be taken in this state.
    """
    legal = _AFTER[state]
    if step not in legal:
        raise TransitionIllegal(plan=slug, state=state.value, legal=", ".join(legal) or "—")
    return legal[step]
