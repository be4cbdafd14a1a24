"""The one table of what can be done with a tip is the process as it was told by hand."""

from __future__ import annotations

import itertools

import pytest

from contracts.events.tips import Category
from services.tips.domain.refusals import TransitionIllegal
from services.tips.domain.tip import Act, TipState, after, legal_acts
from tests.tips.process import ACTS, CATEGORIES, EVERYONE, possible


def test_the_same_states_acts_and_categories_are_known() -> None:
    assert set(EVERYONE) == {state.value for state in TipState}
    assert set(ACTS) == {act.value for act in Act}
    assert set(CATEGORIES) == {category.value for category in Category}


@pytest.mark.parametrize("state", TipState)
def test_each_act_leads_where_it_should_or_is_refused_with_those_that_are_possible(state: TipState) -> None:
    for act, category in itertools.product(Act, Category):
        wanted = possible(state.value, category.value)
        assert set(legal_acts(state, category)) == set(wanted)
        if act.value in wanted:
            to = wanted[act.value]
            assert after(state, act, category) == (state if to == "=" else to)
            continue
        with pytest.raises(TransitionIllegal) as refused:
            after(state, act, category)
        assert set(str(refused.value.facts["legal"]).split(", ")) - {"—"} == set(wanted)


def test_every_tip_can_reach_its_end_from_every_state() -> None:
    for category in CATEGORIES:
        ends = {"closed"}
        for _ in EVERYONE:
            ends |= {state for state in EVERYONE if ends & set(possible(state, category).values())}
        # Only a crime report is ever suspended, and no crime report is refused.
        assert ends == set(EVERYONE)
