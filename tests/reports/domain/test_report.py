"""What can be done with a report, and when it says something."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reports.domain.content import ReportContent, SheetContent, content_from_json
from services.reports.domain.refusals import NothingReported, TransitionIllegal
from services.reports.domain.report import Act, ReportState, after, legal_acts

ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize("state", ReportState)
def test_what_is_legal_leads_somewhere_and_all_else_is_refused(state: ReportState) -> None:
    for act in Act:
        if act.value in legal_acts(state):
            assert after(state, act) in ReportState
        else:
            with pytest.raises(TransitionIllegal):
                after(state, act)


def test_an_accepted_report_is_never_returned() -> None:
    assert legal_acts(ReportState.ACCEPTED) == ["correct"]


@pytest.mark.parametrize(
    "content",
    [
        ReportContent({ONE: SheetContent({"activities.held": 0})}),
        ReportContent({ONE: SheetContent(nil=True)}),
        ReportContent({ONE: SheetContent()}, {"results": "Đã làm."}),
        ReportContent({}, {"difficulties": "Thiếu kinh phí."}),
    ],
)
def test_figures_words_or_a_confirmed_zero_are_a_report(content: ReportContent) -> None:
    content.ensure_says_something()


@pytest.mark.parametrize(
    ("content", "pointers"),
    [
        (ReportContent(), ["/narrative"]),
        (ReportContent({}, {"results": " \n"}), ["/narrative"]),
        (ReportContent({ONE: SheetContent(nil=True), OTHER: SheetContent()}), ["/covers/1/figures"]),
    ],
)
def test_silence_is_no_report(content: ReportContent, pointers: list[str]) -> None:
    with pytest.raises(NothingReported) as refused:
        content.ensure_says_something()

    assert [spot.pointer for spot in refused.value.spots] == pointers


COUNTS = st.integers(0, 2**53 - 1)
FIGURES = st.dictionaries(st.text(max_size=5), COUNTS | st.dictionaries(st.just("2025-06"), COUNTS), max_size=3)
CONTENTS = st.builds(
    ReportContent,
    st.dictionaries(st.uuids(), st.builds(SheetContent, FIGURES, st.booleans()), max_size=3),
    st.dictionaries(st.sampled_from(["situation", "results"]), st.text(max_size=9)),
    st.booleans(),
)


@given(CONTENTS)
def test_content_is_read_as_it_was_kept(content: ReportContent) -> None:
    assert content_from_json(content.to_json()) == content
