"""A report on its way: drafted, submitted, returned for correction, accepted."""

from __future__ import annotations

from enum import StrEnum

from services.reports.domain.refusals import TransitionIllegal


class ReportState(StrEnum):
    """Where a report stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class Act(StrEnum):
    """What can be done with a report."""

    EDIT = "edit"
    SUBMIT = "submit"
    CORRECT = "correct"
    RETURN = "return"
    ACCEPT = "accept"


_LEADS_TO = {
    (ReportState.DRAFT, Act.EDIT): ReportState.DRAFT,
    (ReportState.DRAFT, Act.SUBMIT): ReportState.SUBMITTED,
    (ReportState.SUBMITTED, Act.RETURN): ReportState.RETURNED,
    (ReportState.SUBMITTED, Act.ACCEPT): ReportState.ACCEPTED,
    (ReportState.SUBMITTED, Act.CORRECT): ReportState.SUBMITTED,
    (ReportState.RETURNED, Act.CORRECT): ReportState.SUBMITTED,
    (ReportState.ACCEPTED, Act.CORRECT): ReportState.SUBMITTED,
}


def after(state: ReportState, act: Act) -> ReportState:
    """Return the state to which an act leads.

    Raises:
        TransitionIllegal: The act is not possible in this state; the error names those that are.
    """
    found = _LEADS_TO.get((state, act))
    if found is None:
        raise TransitionIllegal(state=state.value, legal=", ".join(legal_acts(state)) or "—")
    return found


def legal_acts(state: ReportState) -> list[str]:
    """Return what can be done with a report in a state."""
    return [act.value for (at, act) in _LEADS_TO if at is state]
