"""A referral on its way: requested, answered, served, or called off. States are those of a FHIR Task."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from services.referrals.domain.refusals import DeliveryUnfit, TransitionIllegal


class ReferralState(StrEnum):
    """Where a referral stands. Values are sent and stored: never change one."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Party(StrEnum):
    """Whose step it is."""

    HOLDER = "holder"
    """The unit whose worker keeps the case."""
    PROVIDER = "provider"
    """The unit that gives the service."""


class Step(StrEnum):
    """What is done with a referral."""

    ACCEPT = "accept"
    REJECT = "reject"
    START = "start"
    COMPLETE = "complete"
    CANCEL = "cancel"


class Rule(NamedTuple):
    """Who may take a step, and from where to where it leads."""

    party: Party
    since: tuple[ReferralState, ...]
    to: ReferralState


RULES = {
    Step.ACCEPT: Rule(Party.PROVIDER, (ReferralState.REQUESTED,), ReferralState.ACCEPTED),
    Step.REJECT: Rule(Party.PROVIDER, (ReferralState.REQUESTED,), ReferralState.REJECTED),
    Step.START: Rule(Party.PROVIDER, (ReferralState.ACCEPTED,), ReferralState.IN_PROGRESS),
    Step.COMPLETE: Rule(Party.PROVIDER, (ReferralState.IN_PROGRESS,), ReferralState.COMPLETED),
    Step.CANCEL: Rule(
        Party.HOLDER,
        (ReferralState.REQUESTED, ReferralState.ACCEPTED, ReferralState.IN_PROGRESS),
        ReferralState.CANCELLED,
    ),
}

OPEN = RULES[Step.CANCEL].since
"""The states from which something can still come: a withdrawn consent ends them."""


def state_after(state: ReferralState, step: Step) -> ReferralState:
    """Return where a step leads.

    >>> state_after(ReferralState.REQUESTED, Step.ACCEPT).value
    'accepted'

    Raises:
        TransitionIllegal: The step cannot be taken in this state; the error names those that can, and where they lead.
    """
    rule = RULES[step]
    if state not in rule.since:
        legal = [f"{name} → {one.to}" for name, one in RULES.items() if state in one.since]
        raise TransitionIllegal(state=state.value, legal=", ".join(legal) or "—")
    return rule.to


def ensure_delivered(on: date, *, requested_on: date, today: date) -> None:
    """Make sure that a service can have been delivered on a day.

    Raises:
        DeliveryUnfit: The day lies before the request, or in the future.
    """
    if not requested_on <= on <= today:
        raise DeliveryUnfit(day=on.isoformat(), first=requested_on.isoformat(), last=today.isoformat())
