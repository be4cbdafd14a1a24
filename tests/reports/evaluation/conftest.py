"""The kernels, compiled once for all tests."""

from __future__ import annotations

import pytest

from services.reports.board.kernels import make_ready


@pytest.fixture(scope="session", autouse=True)
def _kernels() -> None:
    make_ready()
