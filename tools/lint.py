"""Check the rules of the code that neither imports nor ruff show, and the READMEs of the services.

Usage: python -m tools.lint
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tools.generated import ROOT
from tools.lint_rules import RULES, Module
from tools.service_readme import readme_faults

FOLDERS = ("kernel", "runtime", "contracts", "services", "gateway", "lanhmanh", "examples", "tools", "tests")


def faults(root: Path) -> Iterator[str]:
    """Yield every place below `root` where a rule is broken, as `path:line: what`."""
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*.py")):
            source = file.read_text("utf-8")
            module = Module(PurePosixPath(file.relative_to(root).as_posix()), source, ast.parse(source))
            for rule in RULES:
                yield from (f"{module.path}:{found.line}: {found.text}" for found in rule(module))


def main() -> int:
    """Print what is wrong. Returns the exit code: 1 if anything is."""
    found = [*faults(ROOT), *readme_faults()]
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
