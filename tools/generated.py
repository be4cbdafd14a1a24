"""Write the files that are made from the code, or say which of the committed ones are stale."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def settle(files: Mapping[Path, str], arguments: Sequence[str], *, sweep: Iterable[Path] = ()) -> int:
    """Write `files`; with `--check` change nothing, and name those that differ from what is committed.

    `sweep` are the files that a generator may have written earlier: what is in it and not in `files` has to go.

    Returns:
        The exit code: 1 if `--check` found a difference.
    """
    gone = sorted(set(sweep) - files.keys())
    if "--check" in arguments:
        stale = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
        for path in [*stale, *gone]:
            print(f"{shown(path)} does not fit the code: run `make generate`, and read the difference", file=sys.stderr)
        return 1 if stale or gone else 0
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for path in gone:
        path.unlink()
    return 0


def as_json(document: Mapping[str, Any]) -> str:
    """Return a document the same way whatever order it was made in, so that differences are real ones."""
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def shown(path: Path) -> Path:
    """Return a path as seen from the root of the repository, if it lies in it."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
