"""Write the JSON Schema of every event into contracts/schemas/, and guard what was released.

Usage: python -m tools.schemas [--check | --release]

A released schema or sample never changes: consumers elsewhere were built on it. `--release` notes the digests of all
present ones in contracts/schemas/RELEASED, and `--check` compares with them.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from contracts.model import Event
from tools.event_types import event_types
from tools.generated import ROOT, as_json, settle

CONTRACTS = ROOT / "contracts"
RELEASED = "schemas/RELEASED"
"""One line for each released file, as `sha256sum` writes it."""


def schema_of(event: type[Event]) -> str:
    """Return what an event's data looks like, as JSON Schema (2020-12)."""
    schema = event.model_json_schema(mode="serialization")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:lanhmanh:schema:{event.type}"}
    return as_json(head | schema | {"x-topic": event.topic})


def released_faults(contracts: Path) -> Iterator[str]:
    """Yield what is wrong with files that were released."""
    for line in (contracts / RELEASED).read_text("utf-8").splitlines():
        digest, name = line.split(maxsplit=1)
        file = contracts / name
        if not file.exists():
            yield f"{name} was released and is missing: a fact that is no longer published stays readable"
        elif _digest(file) != digest:
            yield f"{name} was released and has changed: leave it, and add the next version of its type"


def note_release(contracts: Path) -> None:
    """Note the digests of all present schemas and samples."""
    files = sorted(file for folder in ("schemas", "samples") for file in (contracts / folder).glob("*.json"))
    lines = [f"{_digest(file)}  {file.relative_to(contracts).as_posix()}\n" for file in files]
    (contracts / RELEASED).write_text("".join(lines), "utf-8")


def main(arguments: list[str]) -> int:
    """Write the schemas, check them, or note them as released."""
    folder = CONTRACTS / "schemas"
    files = {folder / f"{name}.json": schema_of(event) for name, event in event_types().items()}
    faults = list(released_faults(CONTRACTS))
    for fault in faults:
        print(f"contracts/{fault}", file=sys.stderr)
    if faults:
        return 1
    code = settle(files, arguments, sweep=folder.glob("*.json"))
    if "--release" in arguments:
        note_release(CONTRACTS)
    return code


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
