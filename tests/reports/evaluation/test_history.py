"""What happened to an obligation decides how it stands: the rules one by one."""

from __future__ import annotations

import pytest

from services.reports.evaluation.history import Fact, FactKind, Standing, fold
from tests.reports.evaluation.histories import FOREVER, fact

OPENED = fact(FactKind.OPENED, 100, due_at=500)


def stand(*facts: Fact, t: int = FOREVER, known_at: int = FOREVER) -> Standing:
    return fold((OPENED, *facts), t, known_at)


def submitted(occurred_at: int, version: int = 1, revision: int = 2) -> Fact:
    return fact(FactKind.SUBMITTED, occurred_at, version=version, revision=revision)


def returned(occurred_at: int, version: int = 1, correction_due_at: int = 700) -> Fact:
    return fact(FactKind.RETURNED, occurred_at, version=version, correction_due_at=correction_due_at, revision=3)


def accepted(occurred_at: int, version: int = 1) -> Fact:
    return fact(FactKind.ACCEPTED, occurred_at, version=version, revision=4)


def moved(occurred_at: int, due_at: int | None) -> Fact:
    return fact(FactKind.DUE_MOVED, occurred_at, due_at=due_at, revision=5)


def test_obligation_exists_from_its_opening() -> None:
    assert not stand(t=99).exists
    assert stand(t=100).exists


def test_dropped_obligation_is_gone_from_that_instant() -> None:
    dropped = fact(FactKind.DROPPED, 300, revision=2)

    assert stand(dropped, t=299).exists
    assert not stand(dropped, t=300).exists


def test_obligation_with_a_receipt_is_not_dropped() -> None:
    assert stand(submitted(200), fact(FactKind.DROPPED, 300, revision=3)).exists


def test_receipt_after_the_drop_does_not_bring_the_obligation_back() -> None:
    assert not stand(fact(FactKind.DROPPED, 300, revision=2), submitted(301)).exists


def test_back_dated_receipt_undoes_the_drop_only_once_it_is_known() -> None:
    dropped = fact(FactKind.DROPPED, 300, revision=2)
    found_later = fact(FactKind.SUBMITTED, 200, version=1, revision=3, recorded_at=900)

    assert not stand(dropped, found_later, known_at=899).exists
    assert stand(dropped, found_later, known_at=900).exists


def test_opening_again_revives_a_dropped_obligation() -> None:
    again = fact(FactKind.OPENED, 400, due_at=800, revision=3)

    standing = stand(fact(FactKind.DROPPED, 300, revision=2), again)

    assert standing.exists
    assert standing.due_at == 800


def test_amendment_moves_a_due_day_that_lies_ahead() -> None:
    assert stand(moved(499, 900)).due_at == 900


def test_amendment_leaves_a_due_day_that_has_passed() -> None:
    assert stand(moved(500, 900)).due_at == 500


def test_second_amendment_is_measured_against_the_due_day_of_the_first() -> None:
    first, second = moved(200, 300), moved(400, 900)

    assert stand(first, second).due_at == 300


def test_amendment_gives_an_undated_obligation_a_day() -> None:
    undated = fact(FactKind.OPENED, 100)

    assert fold((undated, moved(200, 900)), FOREVER, FOREVER).due_at == 900


def test_amendment_never_moves_a_due_day_of_its_own() -> None:
    extended = fact(FactKind.DUE_SET, 200, due_at=600, revision=2)

    assert stand(extended, moved(300, 900)).due_at == 600


def test_day_of_its_own_set_after_an_amendment_binds() -> None:
    extended = fact(FactKind.DUE_SET, 400, due_at=600, revision=9)

    assert stand(moved(300, 900), extended).due_at == 600


def test_latest_of_two_extensions_binds() -> None:
    later = fact(FactKind.DUE_SET, 300, due_at=650, revision=2)
    earlier = fact(FactKind.DUE_SET, 200, due_at=800, revision=3)

    assert stand(later, earlier).due_at == 650


def test_excuse_holds_until_it_is_lifted() -> None:
    excused = fact(FactKind.EXCUSED, 200, revision=2)
    lifted = fact(FactKind.EXCUSE_LIFTED, 300, revision=3)

    assert stand(excused, lifted, t=299).excused
    assert not stand(excused, lifted, t=300).excused


def test_equal_instants_go_by_revision() -> None:
    excused = fact(FactKind.EXCUSED, 200, revision=3)
    lifted = fact(FactKind.EXCUSE_LIFTED, 200, revision=2)

    assert stand(excused, lifted).excused


def test_equal_revisions_go_by_ordinal() -> None:
    excused = Fact(FactKind.EXCUSED, 200, 200, revision=2, ordinal=1)
    lifted = Fact(FactKind.EXCUSE_LIFTED, 200, 200, revision=2, ordinal=0)

    assert stand(excused, lifted).excused


def test_first_receipt_is_kept_apart_from_corrections() -> None:
    assert stand(submitted(450), returned(460), submitted(600, version=2)).first_receipt_at == 450


def test_returned_version_is_not_live_and_its_correction_is() -> None:
    assert stand(submitted(200), returned(300)).live_version is None
    assert stand(submitted(200), returned(300), submitted(400, version=2)).live_version == 2


def test_accepted_version_is_never_returned() -> None:
    standing = stand(submitted(200), accepted(250), returned(300))

    assert standing.live_version == 1
    assert standing.accepted_version == 1


def test_accepted_version_stays_live_when_a_newer_one_is_returned() -> None:
    standing = stand(submitted(200), accepted(250), submitted(260, version=2), returned(300, version=2))

    assert standing.live_version == 1


def test_newer_version_speaks_before_it_is_accepted_but_is_not_the_accepted_one() -> None:
    standing = stand(submitted(200), accepted(250), submitted(260, version=2))

    assert standing.live_version == 2
    assert standing.accepted_version == 1


def test_last_return_sets_the_correction_day() -> None:
    facts = (submitted(200), returned(300), submitted(310, version=2), returned(400, 2, correction_due_at=650))

    assert stand(*facts).correction_due_at == 650


def test_fact_that_is_yet_to_occur_or_yet_to_be_known_does_not_count() -> None:
    announced = fact(FactKind.EXCUSED, 800, recorded_at=200, revision=2)

    assert not stand(announced, t=799).excused
    assert not stand(announced, known_at=199).excused
    assert stand(announced, t=800, known_at=200).excused


@pytest.mark.parametrize("kind", [FactKind.SUBMITTED, FactKind.RETURNED, FactKind.ACCEPTED, FactKind.DUE_SET])
def test_fact_without_what_its_kind_needs_cannot_be(kind: FactKind) -> None:
    with pytest.raises(ValueError, match=kind.name):
        fact(kind, 100)
