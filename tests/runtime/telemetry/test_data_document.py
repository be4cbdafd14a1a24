"""`docs/data.md` lists every field and every metric that leaves a process, and nothing else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import runtime
from runtime.telemetry.log import FIELDS
from runtime.telemetry.metrics import Metrics

CHECKOUT = Path(runtime.__file__).parents[1]
PACKAGES = ("kernel", "contracts", "runtime", "services", "gateway", "lanhmanh")


def rows_of(section: str) -> list[list[str]]:
    """Return the cells of a section's tables, without their heads."""
    document = (CHECKOUT / "docs" / "data.md").read_text()
    text = document.partition(f"## {section}\n")[2].partition("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line] for line in lines]


def names_in(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`([a-z_]+)`", cell))


def test_every_field_of_the_logs_is_listed() -> None:
    listed = [names_in(row[0])[0] for row in rows_of("Log lines")]

    assert sorted(listed) == sorted(FIELDS)


def test_every_metric_is_listed_with_its_kind_and_labels() -> None:
    listed = {names_in(row[0])[0]: (row[1], names_in(row[2])) for row in rows_of("Metrics") if len(row) == 4}

    assert listed == metrics_in_code()


def metrics_in_code() -> dict[str, tuple[str, tuple[str, ...]]]:
    found = {}
    for collector in Metrics("lighthouse").registry._collector_to_names:
        (described,) = collector.describe()  # type: ignore[attr-defined]
        name = described.name + ("_total" if described.type == "counter" else "")
        found[name] = (described.type, tuple(collector._labelnames))  # type: ignore[attr-defined]
    return found


def test_every_label_is_listed() -> None:
    listed = {names_in(row[0])[0] for row in rows_of("Metrics") if len(row) == 2}

    assert listed == {label for _, labels in metrics_in_code().values() for label in labels}


def test_metrics_are_made_in_one_place_only() -> None:
    makers = set()
    for package in PACKAGES:
        for path in (CHECKOUT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom) and node.module == "prometheus_client":
                    made = {name.name for name in node.names} & {"Counter", "Gauge", "Histogram", "Summary", "Info"}
                    makers |= {path.relative_to(CHECKOUT).as_posix()} if made else set()

    assert makers == {"runtime/telemetry/metrics.py"}, "list what it measures in docs/data.md, and here"
