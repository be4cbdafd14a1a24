"""The mutants of the guarantee: each still applies to the code, and the runner tells one that survives."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import mutants
from tools.mutants import MutantUnreadable, apply, copy_of_the_code, read_mutant, verdict

GUARANTEE = {
    "publishing_before_the_commit",
    "the_inbox_row_dropped",
    "marked_before_the_broker_acknowledged",
    "auto_commit_on",
    "offsets_before_the_transaction",
    "a_revision_from_a_sequence",
    "a_writer_without_its_shield",
}
"""Of events."""
TIPS = {"alarms_that_nobody_sends", "a_batch_behind_a_stale_memory"}
EVALUATION = {
    "on_time_at_the_due_instant",
    "overdue_after_the_due_instant",
    "more_than_the_threshold",
    "a_share_rounded_before_it_is_compared",
    "a_unit_counted_twice",
    "a_past_that_knows_the_future",
}


def test_there_is_a_mutant_for_each_way_to_break_what_is_promised() -> None:
    assert {one.name for one in mutants.mutants()} == GUARANTEE | TIPS | EVALUATION


def test_each_mutant_applies_to_the_code_as_it_is(tmp_path: Path) -> None:
    for number, one in enumerate(mutants.mutants()):
        (tmp_path / str(number)).mkdir()

        assert apply(one, copy_of_the_code(tmp_path / str(number))) == "", one.name


def test_a_mutant_that_changes_nothing_that_is_tested_survives(tmp_path: Path) -> None:
    harmless = tmp_path / "harmless.patch"
    harmless.write_text(
        "Breaks: nothing\n"
        "Caught by: tests/runtime/database/test_wakeup.py\n\n"
        "diff --git a/harmless.txt b/harmless.txt\n"
        "new file mode 100644\n"
        "--- /dev/null\n"
        "+++ b/harmless.txt\n"
        "@@ -0,0 +1 @@\n"
        "+Không hại ai.\n"
    )
    mutant = read_mutant(harmless)

    assert verdict(mutant, mutant.tests) == "survived"


def test_a_mutant_that_does_not_say_who_must_catch_it_is_refused(tmp_path: Path) -> None:
    silent = tmp_path / "silent.patch"
    silent.write_text("Breaks: something\n\ndiff --git a/x b/x\n")

    with pytest.raises(MutantUnreadable, match="Caught by"):
        read_mutant(silent)
