"""Make the bodies that every unit of a kind has, from a template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from contracts.unit_decision import NewUnit, UnitDecision
from kernel.units import UnitTree


class StatedUnit(NamedTuple):
    """A unit that a decision states, and where in the decision."""

    entry: NewUnit
    pointer: str


def stated_units(decision: UnitDecision, tree: UnitTree) -> list[StatedUnit]:
    """Return the units that a decision states itself, and those that its templates make for existing and new owners."""
    stated = [StatedUnit(entry, f"/units/{place}") for place, entry in enumerate(decision.units)]
    return stated + list(_standing_bodies(decision, tree))


def _standing_bodies(decision: UnitDecision, tree: UnitTree) -> Iterator[StatedUnit]:
    for kind, templates in decision.bodies.items():
        owners = _owners(kind, decision, tree)
        for place, template in enumerate(templates):
            for code, name in owners.items():
                entry = NewUnit(
                    code=f"{code}.{template.suffix}",
                    # Not str.format: a name may hold other braces.
                    name=template.name.replace("{place}", in_running_text(name)),
                    kind=template.kind,
                    function=template.function,
                    parent=code,
                    members=tuple(f"{code}.{suffix}" for suffix in template.members),
                )
                yield StatedUnit(entry, f"/bodies/{kind}/{place}")


def _owners(kind: str, decision: UnitDecision, tree: UnitTree) -> dict[str, str]:
    """Return code and name of the units of a kind on the decision's day."""
    there = {
        unit.code: unit.name
        for unit in tree
        if unit.kind == kind and unit.exists_on(decision.on) and unit.code not in decision.ended
    }
    new = {
        entry.code: entry.name
        for entry in decision.units
        if entry.kind == kind
        and (entry.valid_from or decision.on) <= decision.on
        and (entry.valid_until is None or decision.on < entry.valid_until)
    }
    return there | new


def in_running_text(name: str) -> str:
    """Return a unit's name as it stands within a sentence: its type in small letters.

    >>> in_running_text("Phường 1 Bảo Lộc")
    'phường 1 Bảo Lộc'
    """
    return name[:1].lower() + name[1:]
