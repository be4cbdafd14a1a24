"""Each rule of imports finds what it forbids: planted, all at once, in a copy of the repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
from configparser import ConfigParser
from typing import NamedTuple

import pytest

from tools.generated import ROOT


class Planted(NamedTuple):
    """A file that breaks a rule."""

    path: str
    source: str
    found: str
    """What the rule says about it."""


PLANTED = {
    "packages": Planted(
        "runtime/harbour.py", "from services.plans import main", "runtime.harbour -> services.plans.main"
    ),
    "strangers": Planted(
        "services/reports/usecases/harbour.py",
        "from services.plans.store import plans",
        "services.reports.usecases.harbour -> services.plans.store.plans",
    ),
    "examples": Planted("examples/harbour.py", "from runtime import relay", "examples.harbour -> runtime.relay"),
    "rooms": Planted(
        "services/reports/store/harbour.py",
        "from services.reports.usecases import accept_report",
        "services.reports.store.harbour -> services.reports.usecases.accept_report",
    ),
    "pure": Planted(
        "services/plans/domain/harbour.py", "import sqlalchemy", "services.plans.domain.harbour -> sqlalchemy"
    ),
    "evaluation": Planted(
        "services/reports/evaluation/harbour.py",
        "from contracts import plan",
        "services.reports.evaluation.harbour -> contracts.plan",
    ),
    "sql": Planted(
        "services/reports/api/harbour.py",
        "from sqlalchemy import select",
        "services.reports.api.harbour -> sqlalchemy",
    ),
    "config": Planted(
        "services/plans/api/harbour.py",
        "from services.plans.config import PlansConfig",
        "services.plans.api.harbour -> services.plans.config",
    ),
    "bus": Planted(
        "gateway/harbour.py", "from runtime.bus.kafka import KafkaBus", "gateway.harbour -> runtime.bus.kafka"
    ),
    "contracts": Planted("contracts/harbour.py", "import logging", "contracts.harbour -> logging"),
    "cycles": Planted(
        "kernel/calendar/harbour.py",
        # What is imported for a type only is a dependency all the same.
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from kernel import quay\n",
        "No cycles are allowed in kernel.",
    ),
}
"""By rule, what breaks it."""
ROOMLESS = [f"services/{service}/harbour.py" for service in ("plans", "reports", "tips", "referrals")]
"""What stands outside the rooms of its service."""
OTHER_END = ("kernel/quay.py", "from kernel.calendar import harbour")
"""The other half of the cycle."""


def rules() -> dict[str, str]:
    """Return the names of the rules, which are sentences, by their ids."""
    parser = ConfigParser()
    parser.read(ROOT / ".importlinter", "utf-8")
    prefix = "importlinter:contract:"
    return {name.removeprefix(prefix): parser[name]["name"] for name in parser.sections() if name.startswith(prefix)}


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of a copy in which everything is planted, in one line."""
    copy = tmp_path_factory.mktemp("planted")
    for package in ("kernel", "runtime", "contracts", "services", "gateway", "lanhmanh", "examples"):
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", copy)
    roomless = [(file, "") for file in ROOMLESS]
    for file, source in [*((planted.path, planted.source) for planted in PLANTED.values()), *roomless, OTHER_END]:
        (copy / file).write_text(source, "utf-8")
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--no-logo", "--no-cache"]
    outcome = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    return " ".join(outcome.stdout.partition("Broken contracts")[2].split())


@pytest.mark.parametrize("rule", PLANTED)
def test_rule_of_imports_finds_what_it_forbids(rule: str, findings: str) -> None:
    names = rules()
    own = findings.partition(names.pop(rule))[2]
    for other in names.values():
        own = own.partition(other)[0]

    assert PLANTED[rule].found in own


@pytest.mark.parametrize("file", ROOMLESS)
def test_nothing_stands_outside_the_rooms_of_any_service(file: str, findings: str) -> None:
    module = file.removesuffix(".py").replace("/", ".")

    assert f"- {module}" in findings.partition("not listed as layers:")[2]


def test_every_rule_of_imports_is_tried() -> None:
    assert rules().keys() == PLANTED.keys()
