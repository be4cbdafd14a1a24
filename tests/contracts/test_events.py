"""Events: every type has its schema, a sample that still parses, someone who publishes it and someone who reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.model import Event
from contracts.topics import PARTITIONS
from tools.event_types import event_types, fact_of
from tools.generated import ROOT
from tools.schemas import released_faults, schema_of
from tools.service_readme import consumed, published
from tools.unstarted import service_names, unstarted

CONTRACTS = ROOT / "contracts"
EVENTS = event_types()
OFFERED = {name: unstarted(name).state.service.subscribable for name in service_names()}
"""What each service offers to subscribers outside."""
SUBSCRIBERS_OUTSIDE = {"ledger.sealed"} | {
    fact_of(event.type) for offered in OFFERED.values() if offered for event in offered.events
}
"""Heads are for whoever reads the topic: they are no unit's business."""

every_event = pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)


def services() -> list[Path]:
    return [main.parent for main in (ROOT / "services").glob("*/main.py")]


@every_event
def test_committed_schema_is_the_one_in_the_code(event: type[Event]) -> None:
    assert (CONTRACTS / "schemas" / f"{event.type}.json").read_text("utf-8") == schema_of(event)


def test_there_is_no_schema_or_sample_without_an_event() -> None:
    kept = {file.stem for folder in ("schemas", "samples") for file in (CONTRACTS / folder).glob("*.json")}

    assert kept == EVENTS.keys()


@every_event
def test_committed_sample_still_parses_and_nothing_in_it_is_lost(event: type[Event]) -> None:
    sample = json.loads((CONTRACTS / "samples" / f"{event.type}.json").read_text("utf-8"))

    parsed = event.model_validate_json(json.dumps(sample))

    assert is_within(sample, json.loads(parsed.model_dump_json()))
    assert parsed.key()


def is_within(sample: Any, dumped: Any) -> bool:
    """Tell whether all that a sample says is in what was parsed from it. Fields added since may be there too."""
    match sample, dumped:
        case dict(), dict():
            return all(name in dumped and is_within(value, dumped[name]) for name, value in sample.items())
        case list(), list():
            return len(sample) == len(dumped) and all(map(is_within, sample, dumped))
    return bool(sample == dumped)


def test_samples_of_a_plan_show_every_measure_and_every_kind_of_figure() -> None:
    plan = json.loads((CONTRACTS / "samples" / "vn.lanhmanh.plans.plan.issued.v1.json").read_text("utf-8"))["plan"]

    measures = {indicator["measure"]["measure"] for indicator in plan["indicators"]}
    assert measures == {"ratio", "units_meeting", "growth", "frequency", "count", "milestone", "narrative"}
    assert {element["kind"] for element in plan["elements"]} == {"flow", "stock", "cumulative", "distinct"}


@every_event
def test_event_type_names_its_service_and_lies_in_its_topic(event: type[Event]) -> None:
    assert event.type.startswith(f"vn.{event.topic}.")
    assert event.topic in PARTITIONS


def test_every_event_has_a_service_that_publishes_it() -> None:
    by_service = {service.name: published(service) for service in services()}

    assert {(event.topic.rpartition(".")[2], fact_of(name)) for name, event in EVENTS.items()} == {
        (service, fact) for service, facts in by_service.items() for fact in facts
    }


def test_every_event_is_read_by_a_service_or_can_be_followed_from_outside() -> None:
    read = set[str]().union(*(consumed(service) for service in services()))

    # That a deadline of a tip was missed concerns the boards and whoever is to act.
    assert read & SUBSCRIBERS_OUTSIDE == {"tip.deadline_missed"}
    assert read | SUBSCRIBERS_OUTSIDE == {fact_of(name) for name in EVENTS}


def test_what_was_released_is_as_it_was() -> None:
    assert list(released_faults(CONTRACTS)) == []


def test_only_reports_and_tips_offer_events_to_subscribers_outside_and_each_says_whose_business_it_is() -> None:
    offering = {name: offered.events for name, offered in OFFERED.items() if offered}

    assert set(offering) == {"reports", "tips"}
    for event in (*offering["reports"], *offering["tips"]):
        sample = (CONTRACTS / "samples" / f"{event.type}.json").read_text("utf-8")
        assert event.model_validate_json(sample).unit() is not None
