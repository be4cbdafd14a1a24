"""A tip on its way: received, classified, assigned, resolved or handed over, closed."""

from __future__ import annotations

from enum import StrEnum

from services.tips.domain.refusals import TransitionIllegal


class TipState(StrEnum):
    """Where a tip stands. Values are sent and stored: never change one."""

    RECEIVED = "received"
    CLASSIFIED = "classified"
    ASSIGNED = "assigned"
    """A unit has taken it on (thụ lý)."""
    RESOLVED = "resolved"
    TRANSFERRED = "transferred"
    """The competent unit has it."""
    CLOSED = "closed"


class Act(StrEnum):
    """What can be done with a tip."""

    CLASSIFY = "classify"
    ASSIGN = "assign"
    RESOLVE = "resolve"
    TRANSFER = "transfer"
    CLOSE = "close"


HANDLED = frozenset({TipState.RESOLVED, TipState.TRANSFERRED, TipState.CLOSED})
"""States in which no clock runs any more."""

_LEADS_TO = {
    (TipState.RECEIVED, Act.CLASSIFY): TipState.CLASSIFIED,
    (TipState.CLASSIFIED, Act.ASSIGN): TipState.ASSIGNED,
    (TipState.CLASSIFIED, Act.TRANSFER): TipState.TRANSFERRED,
    (TipState.ASSIGNED, Act.ASSIGN): TipState.ASSIGNED,
    (TipState.ASSIGNED, Act.TRANSFER): TipState.TRANSFERRED,
    (TipState.ASSIGNED, Act.RESOLVE): TipState.RESOLVED,
    (TipState.RESOLVED, Act.CLOSE): TipState.CLOSED,
    (TipState.TRANSFERRED, Act.CLOSE): TipState.CLOSED,
}


def after(state: TipState, act: Act) -> TipState:
    """Return the state to which an act leads.

    Raises:
        TransitionIllegal: The act is not possible in this state; the error names those that are.
    """
    found = _LEADS_TO.get((state, act))
    if found is None:
        raise TransitionIllegal(state=state.value, legal=", ".join(legal_acts(state)) or "—")
    return found


def legal_acts(state: TipState) -> list[str]:
    """Return what can be done with a tip in a state."""
    return [act.value for (at, act) in _LEADS_TO if at is state]
