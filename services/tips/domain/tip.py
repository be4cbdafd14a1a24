"""A tip on its way: the one table that says what can be done with it, and where that leads."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import NamedTuple

from contracts.events.tips import Category
from services.tips.domain.refusals import TransitionIllegal


class TipState(StrEnum):
    """Where a tip stands. Values are sent and stored: never change one."""

    RECEIVED = "received"
    """The responsible unit has it in its queue: it came there first, or another unit transferred it."""
    CLASSIFIED = "classified"
    ASSIGNED = "assigned"
    """A unit has taken it on (thụ lý)."""
    VERIFYING = "verifying"
    SUSPENDED = "suspended"
    """Tạm đình chỉ: the clock of resolving stands still."""
    RESOLVED = "resolved"
    TRANSFERRED = "transferred"
    """The competent body, outside of this system, has it."""
    NOT_ACCEPTED = "not_accepted"
    CLOSED = "closed"


class Act(StrEnum):
    """What can be done with a tip. Values are sent and stored: never change one."""

    CLASSIFY = "classify"
    RECLASSIFY = "reclassify"
    ASSIGN = "assign"
    VERIFY = "verify"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXTEND = "extend"
    NOTIFY = "notify"
    RESOLVE = "resolve"
    TRANSFER = "transfer"
    """To a unit of this system: it goes on there, as received."""
    HAND_OVER = "hand_over"
    """To a body outside of it."""
    FORWARD = "forward"
    """To such a body, sealed: it gets the officer's words, before it takes the tip over or after."""
    NOT_ACCEPT = "not_accept"
    LINK = "link"
    GRADE = "grade"
    CLOSE = "close"


class Transition(NamedTuple):
    """An act, the states in which it is possible, and the state to which it leads."""

    act: Act
    at: Collection[TipState]
    to: TipState | None = None
    """None: the state stays."""
    of: Collection[Category] = tuple(Category)
    """For which categories the law knows it."""


_OPEN = (TipState.CLASSIFIED, TipState.ASSIGNED, TipState.VERIFYING)
_TAKEN_ON = (TipState.ASSIGNED, TipState.VERIFYING)
_HANDLED = (TipState.RESOLVED, TipState.TRANSFERRED, TipState.NOT_ACCEPTED)
_NOT_CLOSED = tuple(state for state in TipState if state is not TipState.CLOSED)
_EXTENDED = (Category.CRIME_REPORT, Category.DENUNCIATION, Category.COMPLAINT)
_REFUSED = (Category.DENUNCIATION, Category.COMPLAINT, Category.FEEDBACK)
"""A crime report is never refused (BLTTHS 101/2015/QH13, art. 145.1)."""
SUSPENDED = (Category.CRIME_REPORT,)
"""Whose clock can stand still (BLTTHS, art. 148)."""

TRANSITIONS = (
    Transition(Act.CLASSIFY, (TipState.RECEIVED,), TipState.CLASSIFIED),
    Transition(Act.RECLASSIFY, _OPEN),
    Transition(Act.ASSIGN, _OPEN, TipState.ASSIGNED),
    Transition(Act.VERIFY, (TipState.ASSIGNED,), TipState.VERIFYING),
    Transition(Act.SUSPEND, _TAKEN_ON, TipState.SUSPENDED, SUSPENDED),
    Transition(Act.RESUME, (TipState.SUSPENDED,), TipState.VERIFYING),
    Transition(Act.EXTEND, _OPEN, of=_EXTENDED),
    Transition(Act.NOTIFY, _NOT_CLOSED),
    Transition(Act.RESOLVE, _TAKEN_ON, TipState.RESOLVED),
    Transition(Act.TRANSFER, _OPEN, TipState.RECEIVED),
    Transition(Act.HAND_OVER, _OPEN, TipState.TRANSFERRED),
    Transition(Act.FORWARD, (*_OPEN, TipState.TRANSFERRED)),
    Transition(Act.NOT_ACCEPT, (TipState.CLASSIFIED,), TipState.NOT_ACCEPTED, _REFUSED),
    Transition(Act.LINK, (TipState.RECEIVED, *_OPEN, TipState.SUSPENDED)),
    Transition(Act.GRADE, _NOT_CLOSED),
    Transition(Act.CLOSE, _HANDLED, TipState.CLOSED),
)
"""All that can be done. Nothing else decides it."""


def after(state: TipState, act: Act, category: Category | None) -> TipState:
    """Return the state to which an act leads.

    Raises:
        TransitionIllegal: The act is not possible with such a tip; the error names those that are.
    """
    for one in _possible(state, category):
        if one.act is act:
            return one.to or state
    raise TransitionIllegal(state=state.value, legal=", ".join(legal_acts(state, category)) or "—")


def legal_acts(state: TipState, category: Category | None) -> list[str]:
    """Return what can be done with a tip in a state."""
    return [one.act.value for one in _possible(state, category)]


def _possible(state: TipState, category: Category | None) -> Iterator[Transition]:
    return (one for one in TRANSITIONS if state in one.at and (category is None or category in one.of))
