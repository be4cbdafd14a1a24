"""Build units and plans from the example files as a loader would, without any service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import yaml
from vietnam_provinces import Province, Ward

from contracts.plan import Plan, Selector
from contracts.unit import UnitRecord
from contracts.unit_decision import UnitDecision
from examples.script import Script, read_script
from kernel.ids import UnitId, unit_id
from kernel.units import Succession, UnitTree
from lanhmanh.national import bodies_decision, national_decision
from runtime.reference.view import to_kernel_unit
from services.plans.domain.standing_bodies import stated_units
from services.plans.domain.unit_changes import draw_up

EXAMPLES = Path(__file__).parents[2] / "examples"
SLUGS = tuple(sorted(path.stem for path in (EXAMPLES / "plans").glob("*.yaml")))
UNIT_FILES = tuple(sorted(path.stem for path in (EXAMPLES / "units").glob("*.yaml") if path.stem != "bodies"))
TWO_LEVELS_SINCE = date(2025, 7, 1)

_PLANS = UUID("5b8f0f2e-1111-5222-8333-b1a2c3d4e5f6")


def read(path: str) -> dict[str, Any]:
    """Return the content of an example file."""
    content: dict[str, Any] = yaml.safe_load((EXAMPLES / path).read_text(encoding="utf-8"))
    return content


@cache
def national_units() -> dict[str, tuple[str, str, str]]:
    """Return name, kind and parent of the present provinces and communes by code."""
    provinces = {f"{p.code.value:02d}": (p.name, "province", "VN") for p in Province.iter_all()}
    communes = {f"{w.code.value:05d}": (w.name, "commune", f"{w.province_code.value:02d}") for w in Ward.iter_all()}
    return provinces | communes


@cache
def example_tree() -> UnitTree:
    """Return the national units, the bodies of the provinces and the units of the example files as one tree."""
    tree, known = UnitTree(), dict[UUID, UnitRecord]()
    files = (read(f"units/{name}.yaml") for name in UNIT_FILES)
    for content in (national_decision(), bodies_decision("provinces"), *files):
        decision = UnitDecision.model_validate(content)
        changes = draw_up(decision, stated_units(decision, tree), tree=tree, known=known, earlier=())
        known |= {record.unit_id: record for record in changes.units}
        successions = (
            Succession(UnitId(one.predecessor_id), UnitId(one.successor_id), one.on, one.decision, one.bears_duties)
            for one in changes.successions
        )
        tree = tree.with_changes(map(to_kernel_unit, changes.units), successions)
    return tree


def listed_units() -> list[dict[str, Any]]:
    """Return the entries of all unit files in order."""
    return [entry for name in UNIT_FILES for entry in read(f"units/{name}.yaml")["units"]]


def unit_record(entry: dict[str, Any]) -> UnitRecord:
    """Return an entry of a unit file in the shape of the contract, without members."""
    life = {key: entry[key] for key in ("valid_from", "valid_until") if key in entry}
    described = {key: entry[key] for key in ("code", "name", "kind", "function") if key in entry}
    identity = {"unit_id": unit_id(entry["code"], entry["valid_from"].isoformat())}
    return UnitRecord.model_validate({**identity, **described, **life, "placements": [{"parent_id": None, **life}]})


@cache
def issued_plan(slug: str) -> Plan:
    """Return an example plan as it would be issued: every code resolved on the day that the file names."""
    content = read(f"plans/{slug}.yaml")
    day = content.pop("units_as_of")
    for rule in content["rules"]:
        rule["reporter_ids"] = list(_selected(Selector.model_validate(rule["reporters"]), day))
        rule["receiver_ids"] = [resolve(code, day) for code in rule["receivers"]]
        rule["through_id"] = resolve(rule["through"], day) if "through" in rule else None
    for indicator in content["indicators"]:
        population = indicator["measure"].get("population")
        if population is not None:
            indicator["measure"]["population_ids"] = list(_selected(Selector.model_validate(population), day))
    content |= {"plan_id": uuid5(_PLANS, slug), "version": 1, "issuer_id": resolve(content["issuer"], day)}
    return Plan.model_validate(content)


@cache
def script() -> Script:
    """Return the parameters of the synthetic years."""
    return read_script((EXAMPLES / "sample-year.yaml").read_text(encoding="utf-8"))


def resolve(code: str, day: date) -> UnitId:
    """Return the unit that has a code on a day; fails where none has."""
    unit = example_tree().find(code, day)
    assert unit is not None, f"no unit has the code {code} on {day}"
    return unit.id


def codes(ids: tuple[UUID, ...]) -> set[str]:
    """Return the codes of units."""
    return {example_tree().get(UnitId(each)).code for each in ids}


def _selected(selector: Selector, day: date) -> Iterator[UnitId]:
    tree = example_tree()
    yield from (resolve(code, day) for code in selector.units)
    if selector.under is None:
        return
    top = resolve(selector.under, day)
    for below in tree.subtree(top, day)[1:]:
        depth = tree.ancestors(below, day).index(top) + 1
        if tree.get(below).reporter_kind in selector.kinds and depth <= (selector.depth or depth):
            yield below
