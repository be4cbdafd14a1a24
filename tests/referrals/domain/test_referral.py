"""Steps of a referral, lengths of consents, references of cases."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from kernel.clock import end_of
from services.referrals.domain.case_reference import new_reference
from services.referrals.domain.consent import Lengths, expiry, is_live
from services.referrals.domain.need import NAME_OF, NeedKind
from services.referrals.domain.referral import RULES, Party, ReferralState, Step, ensure_delivered, state_after
from services.referrals.domain.refusals import ConsentOver, ConsentTooLong, DeliveryUnfit, TransitionIllegal
from services.referrals.law import SUPPORT

LEGAL = {
    ReferralState.REQUESTED: {Step.ACCEPT, Step.REJECT, Step.CANCEL},
    ReferralState.ACCEPTED: {Step.START, Step.CANCEL},
    ReferralState.IN_PROGRESS: {Step.COMPLETE, Step.CANCEL},
    ReferralState.REJECTED: set(),
    ReferralState.COMPLETED: set(),
    ReferralState.CANCELLED: set(),
}
GIVEN_ON = date(2025, 4, 18)
LENGTHS = Lengths(usual=90, at_most=365)


@pytest.mark.parametrize("state", ReferralState)
@pytest.mark.parametrize("step", Step)
def test_a_step_is_taken_in_the_states_that_allow_it_and_in_no_other(state: ReferralState, step: Step) -> None:
    if step in LEGAL[state]:
        assert state_after(state, step) is RULES[step].to
        return
    with pytest.raises(TransitionIllegal) as refused:
        state_after(state, step)

    named = refused.value.facts["legal"]
    assert named == (", ".join(f"{one} → {RULES[one].to}" for one in Step if one in LEGAL[state]) or "—")


def test_the_holder_calls_a_referral_off_and_the_provider_does_all_else() -> None:
    assert {step for step, rule in RULES.items() if rule.party is Party.HOLDER} == {Step.CANCEL}


@pytest.mark.parametrize(("day", "fits"), [(17, False), (18, True), (20, True), (21, False)])
def test_a_service_is_delivered_between_its_request_and_today(day: int, fits: bool) -> None:
    delivered = date(2025, 4, day)
    span = {"requested_on": date(2025, 4, 18), "today": date(2025, 4, 20)}

    if fits:
        ensure_delivered(delivered, **span)
        return
    with pytest.raises(DeliveryUnfit):
        ensure_delivered(delivered, **span)


def test_a_consent_lasts_until_the_end_of_its_last_day() -> None:
    last = expiry(GIVEN_ON, None, LENGTHS)

    assert is_live(last, None, end_of(last) - timedelta(microseconds=1))
    assert not is_live(last, None, end_of(last))


def test_a_withdrawn_consent_holds_for_no_act_whatever_its_instant() -> None:
    assert not is_live(date(2025, 7, 17), end_of(GIVEN_ON), end_of(GIVEN_ON) - timedelta(days=1))


def test_a_consent_lasts_a_year_at_most() -> None:
    longest = GIVEN_ON + timedelta(days=365)

    assert expiry(GIVEN_ON, longest, LENGTHS) == longest
    with pytest.raises(ConsentTooLong):
        expiry(GIVEN_ON, longest + timedelta(days=1), LENGTHS)


def test_a_consent_is_not_over_before_it_is_given() -> None:
    assert expiry(GIVEN_ON, GIVEN_ON, LENGTHS) == GIVEN_ON
    with pytest.raises(ConsentOver):
        expiry(GIVEN_ON, GIVEN_ON - timedelta(days=1), LENGTHS)


def test_lengths_and_the_smallest_cell_are_dated_policies_of_the_product() -> None:
    names = ("consent_lasts", "consent_lasts_at_most", "smallest_cell")
    found = [SUPPORT.get(name, GIVEN_ON) for name in names]

    assert [(one.value, one.unit) for one in found] == [(90, "days"), (365, "days"), (10, "persons")]
    assert all(one.reference.startswith("Policy of the product") for one in found)


def test_a_reference_is_random_and_holds_no_sign_that_is_taken_for_another() -> None:
    references = {new_reference() for _ in range(500)}

    assert len(references) == 500
    assert all(re.fullmatch(r"HS-[2-9B-DF-HJKM-NP-TV-XZ]{4}-[2-9B-DF-HJKM-NP-TV-XZ]{4}", one) for one in references)


def test_every_kind_of_need_has_a_name_of_its_own() -> None:
    assert NAME_OF.keys() == set(NeedKind)
    assert len(set(NAME_OF.values())) == len(NeedKind)
