"""Break the guarantee on purpose, one way at a time, and see that a test notices: `python -m tools.mutants [NAME …]`.

Each file of `tests/mutants` is a patch. The lines before it say what it breaks and which tests must catch it:

    Breaks: what is no longer so.
    Caught by: arguments of pytest

A mutant is caught when these tests fail with it. That they pass without it is what `make test` is for, and is tried
here once more, because a test that fails anyway catches nothing.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.generated import ROOT

MUTANTS = ROOT / "tests" / "mutants"
_AT_ONCE = 2
_PATIENCE_SECONDS = 300
"""A mutant may also make a test wait for ever: that is caught too."""


@dataclass(frozen=True)
class Mutant:
    """One way to break the guarantee."""

    name: str
    breaks: str
    tests: Sequence[str]
    patch: str


class MutantUnreadable(Exception):
    """A file of mutants does not say what it breaks, or what must catch it."""


def read_mutant(file: Path) -> Mutant:
    """Read a file of mutants.

    Raises:
        MutantUnreadable: A line is missing.
    """
    text = file.read_text("utf-8")
    said = dict(re.findall(r"^(Breaks|Caught by): (.+)$", text, re.MULTILINE))
    if said.keys() != {"Breaks", "Caught by"}:
        raise MutantUnreadable(f"{file.name} wants the lines `Breaks:` and `Caught by:` before the patch")
    return Mutant(file.stem, said["Breaks"], shlex.split(said["Caught by"]), text[text.index("diff --git") :])


def mutants(names: Iterable[str] = ()) -> list[Mutant]:
    """Return the mutants with these names; all of them if there are none."""
    wanted = set(names)
    found = [read_mutant(file) for file in sorted(MUTANTS.glob("*.patch"))]
    return [one for one in found if not wanted or one.name in wanted]


def apply(mutant: Mutant, folder: Path) -> str:
    """Apply a mutant to a copy of the code, and return what went wrong; nothing, if it did not."""
    # Three lines of context, and no fuzz: a mutant that fits elsewhere breaks something else.
    command = ["git", "apply", "--whitespace=nowarn", "-"]
    applied = subprocess.run(command, cwd=folder, input=mutant.patch, capture_output=True, text=True, check=False)
    return applied.stderr


def copy_of_the_code(folder: Path) -> Path:
    """Copy what is under version control, as it stands in the working tree."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def verdict(mutant: Mutant | None, tests: Sequence[str]) -> str:
    """Run tests with a mutant, or without any, and say `caught`, `survived`, or why neither can be said."""
    with tempfile.TemporaryDirectory(prefix="lanhmanh-mutant-") as place:
        folder = copy_of_the_code(Path(place))
        if mutant is not None and (wrong := apply(mutant, folder)):
            return f"does not apply: {wrong.strip()}"
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
        # What ran before must not stand in for what is to be run.
        around = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "CI": "true"}
        try:
            done = subprocess.run(
                command, cwd=folder, env=around, capture_output=True, text=True, timeout=_PATIENCE_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return "caught"
    match done.returncode:
        case 0:
            return "survived"
        case 1:
            return "caught"
    return f"could not be tried: {done.stdout[-500:]}"


def main(names: Sequence[str]) -> int:
    """Try all mutants, print what became of each, and return 0 if all were caught."""
    chosen = mutants(names)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        verdicts = list(pool.map(lambda one: verdict(one, one.tests), chosen))
        unbroken = list(pool.map(lambda tests: verdict(None, tests), {tuple(one.tests) for one in chosen}))
    width = max((len(one.name) for one in chosen), default=0)
    for one, became in zip(chosen, verdicts, strict=True):
        print(f"{one.name:{width}}  {became:8}  {one.breaks}")
    caught, sound = verdicts.count("caught"), all(became == "survived" for became in unbroken)
    print(f"{caught} of {len(chosen)} caught; without a mutant the same tests {'pass' if sound else 'FAIL'}.")
    return 0 if chosen and caught == len(chosen) and sound else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
