"""Kernels are compiled once, kept, and never in the way: wherever they are run from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba import njit

from services.reports.board import kernels
from services.reports.board.kernels import BesideTheSource, make_ready, side_by_side

SIGNATURE = "i8(i8)"


def twice(number: int) -> int:
    return 2 * number


def made_ready() -> Any:
    """Return a kernel as a new process has it."""
    kernel = njit(twice)
    make_ready([(kernel, SIGNATURE)])
    return kernel


def loaded(kernel: Any) -> bool:
    assert kernel.nopython_signatures, "it is not compiled"
    return bool(kernel.stats.cache_hits)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kernels, "_KEPT", tmp_path / "deep" / "compiled")
    return tmp_path / "deep"


def refuse(_place: BesideTheSource) -> None:
    raise PermissionError


def test_what_one_process_compiled_the_next_one_loads(folder: Path) -> None:
    first, second = made_ready(), made_ready()

    assert (loaded(first), loaded(second)) == (False, True)
    assert second(21) == 42
    assert any(folder.rglob("*.nbc"))


@pytest.mark.usefixtures("folder")
def test_any_change_of_the_source_has_it_compiled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made_ready()
    monkeypatch.setattr(kernels, "_digest", lambda: "of other source")

    assert not loaded(made_ready())


@pytest.mark.usefixtures("folder")
def test_folder_that_is_only_read_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    made_ready()
    monkeypatch.setattr(BesideTheSource, "ensure_cache_path", refuse)
    kernel = made_ready()

    assert loaded(kernel)
    assert kernel(np.float64(1.5)) == 3.0, "other types are compiled in memory"


@pytest.mark.usefixtures("folder")
def test_folder_that_has_nothing_and_cannot_be_written_to_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BesideTheSource, "ensure_cache_path", refuse)
    kernel = made_ready()

    assert not loaded(kernel)
    assert kernel(21) == 42


def test_folder_that_cannot_be_had_is_no_failure(folder: Path) -> None:
    folder.write_text("a file")
    kernel = made_ready()

    assert not loaded(kernel)
    assert kernel(21) == 42


def test_parts_are_all_done_and_a_failure_is_told() -> None:
    done: list[int] = []
    side_by_side([lambda number=number: done.append(number) for number in range(20)])  # type: ignore[misc]
    assert sorted(done) == list(range(20))

    with pytest.raises(ZeroDivisionError):
        side_by_side([lambda: None, lambda: 1 / 0])  # type: ignore[list-item]
