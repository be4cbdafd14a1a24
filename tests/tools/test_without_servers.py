"""`make test-fast` leaves out every test that would start a server, and no other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.generated import ROOT

SUITE = """\
import pytest

@pytest.fixture
def postgres(): ...

@pytest.fixture
def harbour_url(postgres): ...

@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request): ...

@pytest.fixture(params=["embedded", "kafka"])
def bus(request): ...

def test_domain(): ...
def test_built_on_the_server(harbour_url): ...
def test_each_database(database_url): ...
def test_each_bus(bus): ...
@pytest.mark.parametrize("sort", ["stock", "flow"])
def test_figures(sort): ...
"""


def test_only_tests_without_servers_are_collected(tmp_path: Path) -> None:
    (tmp_path / "test_harbour.py").write_text(SUITE, "utf-8")
    collect = ["-p", "tests.servers.without", "-p", "no:cacheprovider", "--collect-only", "-q", f"--rootdir={tmp_path}"]

    outcome = subprocess.run(
        [sys.executable, "-m", "pytest", *collect, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )

    collected = [line.partition("::")[2] for line in outcome.stdout.splitlines() if "::" in line]
    assert collected == [
        "test_domain",
        "test_each_database[sqlite]",
        "test_each_bus[embedded]",
        "test_figures[stock]",
        "test_figures[flow]",
    ]
