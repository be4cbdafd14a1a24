"""Generated files: written, compared, swept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.generated import as_json, settle


def test_check_accepts_what_was_just_written(tmp_path: Path) -> None:
    files = {tmp_path / "docs" / "harbour.md": "# Harbour\n"}
    settle(files, [])

    assert settle(files, ["--check"]) == 0


def test_check_names_a_stale_file_and_the_command_that_mends_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "harbour.md"
    page.write_text("# Old\n", "utf-8")

    code = settle({page: "# New\n"}, ["--check"])

    assert code == 1
    assert page.read_text("utf-8") == "# Old\n"
    said = capsys.readouterr().err
    assert "harbour.md" in said
    assert "make generate" in said


def test_check_refuses_a_file_that_is_missing(tmp_path: Path) -> None:
    assert settle({tmp_path / "harbour.md": "# New\n"}, ["--check"]) == 1


def test_file_that_is_no_longer_generated_is_refused_and_then_removed(tmp_path: Path) -> None:
    gone = tmp_path / "closed-harbour.json"
    gone.write_text("{}", "utf-8")

    assert settle({}, ["--check"], sweep=[gone]) == 1
    assert gone.exists()
    assert settle({}, [], sweep=[gone]) == 0
    assert not gone.exists()


def test_document_is_the_same_whatever_order_it_was_made_in() -> None:
    assert as_json({"b": 1, "a": "Bình Thuận"}) == as_json({"a": "Bình Thuận", "b": 1})
    assert "Bình Thuận" in as_json({"a": "Bình Thuận"})
