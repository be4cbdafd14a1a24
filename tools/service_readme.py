"""Make sure that the README of each service says what its code does: routes, events published and events read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from contracts.topics import PARTITIONS
from runtime.http.app import declarations
from runtime.http.declaration import Declaration
from tools.event_types import event_types, fact_of
from tools.generated import ROOT
from tools.unstarted import service_names, unstarted

HEADINGS = ("Purpose", "Owns", "Accepts", "Publishes", "Consumes")
NAMED = re.compile(r"`([A-Z]+ /[^\s`?]+|[a-z_]+\.[a-z_]+)(?:\?\S*)?`")
"""A route, whose query may follow, or a fact."""


def readme_faults() -> Iterator[str]:
    """Yield what is wrong with the READMEs of all services."""
    for name in service_names():
        file = ROOT / "services" / name / "README.md"
        if not file.exists():
            yield f"services/{name} has no README.md"
            continue
        routes = {f"{row.method} {row.path}" for row in declarations(unstarted(name)) if not _is_common(row)}
        code = {"Accepts": routes, "Publishes": published(file.parent), "Consumes": consumed(file.parent)}
        yield from (f"services/{name}/README.md: {fault}" for fault in disagreements(file.read_text("utf-8"), code))


def _is_common(row: Declaration) -> bool:
    """Tell whether runtime gives a route to every service: `docs/operations.md` describes those."""
    return row.path.startswith(f"/v1/operations/{row.service}/")


def disagreements(readme: str, code: Mapping[str, set[str]]) -> Iterator[str]:
    """Yield where a README misses a heading, or names in backticks under one what the code does not have there.

    `code` has, by heading, what must be named: `POST /v1/reports` or `plan.issued`.
    """
    sections = _sections(readme)
    if tuple(sections) != HEADINGS:
        yield f"its headings are not {', '.join(HEADINGS)}"
    for heading, present in code.items():
        named = set(re.findall(NAMED, sections.get(heading, ""))) - PARTITIONS.keys()
        yield from (f"{heading} does not name `{missing}`" for missing in sorted(present - named))
        yield from (f"{heading} names `{extra}`, which is not in the code" for extra in sorted(named - present))


def published(service: Path) -> set[str]:
    """Return the facts that a service publishes: the events that its code constructs."""
    facts = {event.__name__: fact_of(name) for name, event in event_types().items()}
    return {facts[name] for name in _called(service) if name in facts}


def consumed(service: Path) -> set[str]:
    """Return the facts that a service reads: the events that its wiring has handlers for."""
    facts = {event.__name__: fact_of(name) for name, event in event_types().items()}
    return {
        facts[_last_name(call.args[0])]
        for call in _calls(service / "wiring.py")
        if _last_name(call.func) == "On" and call.args
    }


def _sections(readme: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", readme, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _called(folder: Path) -> set[str]:
    return {_last_name(call.func) for file in folder.rglob("*.py") for call in _calls(file)}


def _calls(file: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
