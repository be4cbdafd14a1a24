"""What may be done with a plan in which state."""

from __future__ import annotations

import pytest

from services.plans.domain.plan_state import PlanState, Step, state_after
from services.plans.domain.refusals import TransitionIllegal

LEGAL = {
    (PlanState.DRAFT, Step.EDIT): PlanState.DRAFT,
    (PlanState.DRAFT, Step.ISSUE): PlanState.ISSUED,
    (PlanState.ISSUED, Step.AMEND): PlanState.ISSUED,
    (PlanState.ISSUED, Step.CLOSE): PlanState.CLOSED,
}


@pytest.mark.parametrize(("state", "step"), [(state, step) for state in PlanState for step in Step])
def test_only_the_legal_steps_can_be_taken(state: PlanState, step: Step) -> None:
    legal = LEGAL.get((state, step))
    if legal is not None:
        assert state_after("harbour-plan-7", state, step) is legal
        return

    with pytest.raises(TransitionIllegal):
        state_after("harbour-plan-7", state, step)


def test_a_refused_step_names_those_that_are_legal() -> None:
    with pytest.raises(TransitionIllegal) as refusal:
        state_after("harbour-plan-7", PlanState.ISSUED, Step.ISSUE)

    assert refusal.value.say("en").mend == "Possible: amend, close."
