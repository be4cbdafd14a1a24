"""A README that does not say what the code does is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.service_readme import consumed, disagreements, published

README = """\
# Harbours

## Purpose
Lets ships in.

## Owns
The list of berths, and `berth.free` of each.

## Accepts
- `POST /v1/ships`: a ship asks to enter; `GET /v1/ships/{id}?on=`.

## Publishes
`plan.issued`, on `lanhmanh.plans`.

## Consumes
Nothing: facts flow downhill.
"""
CODE = {"Accepts": {"POST /v1/ships", "GET /v1/ships/{id}"}, "Publishes": {"plan.issued"}, "Consumes": set[str]()}


def test_readme_that_names_what_the_code_has_is_accepted() -> None:
    assert list(disagreements(README, CODE)) == []


def test_readme_without_one_of_the_headings_is_refused() -> None:
    (fault,) = disagreements(README.replace("## Owns", "## Has"), CODE)

    assert "Purpose, Owns, Accepts, Publishes, Consumes" in fault


@pytest.mark.parametrize(
    ("heading", "name"), [("Accepts", "DELETE /v1/ships"), ("Publishes", "plan.closed"), ("Consumes", "units.changed")]
)
def test_what_the_code_has_and_the_readme_does_not_name_is_found(heading: str, name: str) -> None:
    more = CODE | {heading: CODE[heading] | {name}}

    assert list(disagreements(README, more)) == [f"{heading} does not name `{name}`"]


@pytest.mark.parametrize(("heading", "name"), [("Accepts", "POST /v1/ships"), ("Publishes", "plan.issued")])
def test_what_the_readme_names_and_the_code_does_not_have_is_found(heading: str, name: str) -> None:
    fewer = CODE | {heading: CODE[heading] - {name}}

    assert list(disagreements(README, fewer)) == [f"{heading} names `{name}`, which is not in the code"]


def test_facts_are_read_from_the_code_itself(tmp_path: Path) -> None:
    (tmp_path / "usecases").mkdir()
    (tmp_path / "usecases" / "issue_plan.py").write_text("tx.publish(PlanIssued(plan=plan, occurred_at=at))\n")
    (tmp_path / "wiring.py").write_text("handlers = [On(events.UnitsChanged, on_units_changed)]\n")

    assert published(tmp_path) == {"plan.issued"}
    assert consumed(tmp_path) == {"units.changed"}
