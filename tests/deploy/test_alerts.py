"""Alerts speak of metrics that exist, are tried on cases, and say what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml

from runtime.telemetry.metrics import Metrics
from tests.deploy.written import WRITTEN, Resource, alerts, of_kind
from tools.generated import ROOT
from tools.unstarted import service_names

OF_TARGET = {"product", "service", "instance"}
"""Labels of what is read, with the names that prometheus.yml and the ServiceMonitors give."""
RULES = alerts()
NAMES = [rule["alert"] for rule in RULES]


def known_metrics() -> dict[str, set[str]]:
    """Return the labels of every series that a process shows, by the name of the series."""
    found: dict[str, set[str]] = {}
    for metric in vars(Metrics("any")).values():
        if not hasattr(metric, "_labelnames"):
            continue
        labels = set(metric._labelnames) | OF_TARGET
        (family,) = metric.describe()
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
        found |= {family.name + suffix: labels | ({"le"} if suffix == "_bucket" else set()) for suffix in suffixes}
    return found


def used(expression: str) -> Iterator[tuple[str, set[str]]]:
    """Yield each series of an expression with the labels that are asked of it."""
    for name, matchers in re.findall(r"\b(up|lanhmanh_\w+)(?:\{([^}]*)\})?", expression):
        yield name, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))


def tried() -> Iterator[tuple[str, list[Resource]]]:
    """Yield each alert that a case asks for, with what the case expects."""
    for file in (ROOT / "deploy" / "prometheus" / "tests").glob("*.yml"):
        for case in yaml.safe_load(file.read_text("utf-8"))["tests"]:
            for question in case["alert_rule_test"]:
                yield question["alertname"], question["exp_alerts"]


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_an_alert_asks_for_series_and_labels_that_exist(rule: Resource) -> None:
    known = {"up": OF_TARGET, **known_metrics()}
    for name, labels in used(rule["expr"]):
        assert labels <= known[name]


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_an_alert_groups_by_labels_that_its_series_have(rule: Resource) -> None:
    known = {"up": OF_TARGET, **known_metrics()}
    shared = set.intersection(*(known[name] for name, _ in used(rule["expr"])))
    grouped = {label.strip() for group in re.findall(r"by \(([^)]*)\)", rule["expr"]) for label in group.split(",")}

    assert grouped <= shared


@pytest.mark.parametrize("name", NAMES)
def test_an_alert_is_tried_on_a_case_where_it_speaks_and_on_one_where_it_is_silent(name: str) -> None:
    expected = [bool(alerts) for alert, alerts in tried() if alert == name]

    assert True in expected
    assert len(expected) > 1


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_an_alert_leads_to_a_line_that_says_what_to_do(rule: Resource) -> None:
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / page).read_text("utf-8"), re.MULTILINE)

    assert anchor == rule["alert"].lower()
    assert anchor in {heading.lower() for heading in headings}


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_an_alert_says_how_urgent_it_is_and_waits_a_while(rule: Resource) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert re.fullmatch(r"\d+m", rule["for"])


def test_every_service_is_missed_when_it_is_gone() -> None:
    (rule,) = (rule for rule in RULES if rule["alert"] == "LanhManhServiceDown")
    missed = set(re.findall(r'absent\(up\{product="lanhmanh", service="(\w+)"\}\)', rule["expr"]))

    assert missed == {*WRITTEN, "gateway"}
    assert set(service_names()) <= missed


def test_kubernetes_has_the_same_alerts(base: list[Resource]) -> None:
    (resource,) = of_kind(base, "PrometheusRule")

    assert [rule for group in resource["spec"]["groups"] for rule in group["rules"]] == RULES
