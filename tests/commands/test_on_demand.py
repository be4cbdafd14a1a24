"""The command line: every command is found where it is said to be, and one that only asks stands up quickly."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from lanhmanh.__main__ import _COMMANDS, app

ASKING = ("status", "indicators", "explain", "token", "sign")


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_command_says_what_it_does(command: str) -> None:
    said = CliRunner().invoke(app, [command, "--help"])

    assert said.exit_code == 0
    assert "Usage" in said.output


def test_help_lists_every_command() -> None:
    said = CliRunner().invoke(app, ["--help"])

    assert all(command in said.output for command in _COMMANDS)


def test_an_unknown_command_is_named() -> None:
    said = CliRunner().invoke(app, ["nothing"])

    assert said.exit_code == 2


@pytest.mark.parametrize("module", ASKING)
def test_a_command_that_only_asks_imports_no_service(module: str) -> None:
    heavy = "[name for name in sys.modules if name.startswith(('services', 'sqlalchemy'))]"
    program = f"import sys, lanhmanh.commands.{module}; print({heavy})"

    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout

    assert said.strip() == "[]"
