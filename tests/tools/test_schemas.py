"""Released schemas and samples never change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.schemas import note_release, released_faults


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """Contracts with one schema and its sample, both released."""
    for folder in ("schemas", "samples"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "vn.lanhmanh.plans.harbour.opened.v1.json").write_text("{}\n", "utf-8")
    note_release(tmp_path)
    return tmp_path


def test_what_is_as_it_was_released_is_accepted(released: Path) -> None:
    assert list(released_faults(released)) == []


def test_new_schema_beside_released_ones_is_accepted(released: Path) -> None:
    (released / "schemas" / "vn.lanhmanh.plans.harbour.opened.v2.json").write_text("{}\n", "utf-8")

    assert list(released_faults(released)) == []


@pytest.mark.parametrize("folder", ["schemas", "samples"])
def test_released_file_that_changed_is_refused(released: Path, folder: str) -> None:
    name = f"{folder}/vn.lanhmanh.plans.harbour.opened.v1.json"
    (released / name).write_text('{"more": 1}\n', "utf-8")

    (fault,) = released_faults(released)

    assert name in fault
    assert "has changed" in fault


def test_released_file_that_is_missing_is_refused(released: Path) -> None:
    (released / "schemas" / "vn.lanhmanh.plans.harbour.opened.v1.json").unlink()

    (fault,) = released_faults(released)

    assert "is missing" in fault
