"""Someone without a suitable Python is told what to install."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tools.generated import ROOT


def bootstrap(path: Path) -> subprocess.CompletedProcess[str]:
    """Run the script in an empty folder where only the programs in `path` are to be found."""
    script = ROOT / "tools" / "bootstrap.sh"
    return subprocess.run(
        ["/bin/sh", script], cwd=path, env={"PATH": str(path)}, capture_output=True, text=True, check=False
    )


def a_python(folder: Path, *, new_enough: bool, has_venv: bool) -> None:
    """Put a stand-in named python3 into a folder, which answers what the script asks a Python."""
    program = folder / "python3"
    answers = f'case "$2" in *version_info*) exit {int(not new_enough)};; *venv*) exit {int(not has_venv)};; esac\n'
    program.write_text(f"#!/bin/sh\n{answers}")
    program.chmod(0o755)


def test_missing_python_is_named(tmp_path: Path) -> None:
    outcome = bootstrap(tmp_path)

    assert outcome.returncode == 1
    assert "Python 3.11 or later is needed" in outcome.stderr


def test_python_that_is_too_old_counts_as_missing(tmp_path: Path) -> None:
    a_python(tmp_path, new_enough=False, has_venv=True)

    assert "Python 3.11 or later is needed" in bootstrap(tmp_path).stderr


def test_missing_venv_module_is_named_with_its_package(tmp_path: Path) -> None:
    a_python(tmp_path, new_enough=True, has_venv=False)

    outcome = bootstrap(tmp_path)

    assert outcome.returncode == 1
    assert "python3-venv" in outcome.stderr
