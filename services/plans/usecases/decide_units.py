"""Take a decision on units in: units that begin, end, move and follow each other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from contracts.unit import UnitRecord
from contracts.unit_decision import UnitDecision
from kernel.clock import Clock, legal_day
from kernel.ids import UnitId, new_id
from kernel.units import Succession, UnitTree
from runtime.database import Write
from runtime.reference import Actor, Reference
from runtime.reference.apply import write_units
from runtime.reference.view import to_kernel_unit
from services.plans.domain.standing_bodies import stated_units
from services.plans.domain.unit_authority import units_answering_for
from services.plans.domain.unit_changes import UnitChanges, draw_up
from services.plans.domain.unit_parts import in_parts
from services.plans.store.unit_decisions import add_unit_decision, find_unit_decision
from services.plans.store.units import successions_from, units_with_codes


async def decide_units(
    decision: UnitDecision, *, tx: Write, actor: Actor, at: datetime, clock: Clock, reference: Reference
) -> UUID:
    """Change the unit tree, tell the other services, and return the decision's id.

    The same decision again changes nothing, and what it states that is so already is left out.

    Raises:
        DecisionDiffers: It was taken in before, with other content.
        DecisionInvalid: It names what is not there, or contradicts what is known.
        EndBeforeBeginning, UnitCodeTaken, UnitMisplaced, ParentMissing, UnitsInCircle, BearerUnclear,
        SuccessorMissing: The tree would contradict itself.
        UnitOutside: The caller does not act for the units above those that change.
    """
    same = await find_unit_decision(tx, decision)
    if same is not None:
        # Who repeats what is known takes nothing from anybody; and later decisions may contradict it by now.
        actor.has_checked = True
        return same
    tree = (await reference.view_in(tx)).tree
    stated = stated_units(decision, tree)
    known = await units_with_codes(tx, _codes_in(decision) | {entry.code for entry, _ in stated})
    earlier = await successions_from(tx, known)
    changes = draw_up(decision, stated, tree=tree, known=known, earlier=earlier)
    _ensure_sound(tree, changes)
    _ensure_authority(changes, known, actor, tree, at)
    decision_id = new_id(clock)
    if changes.units or changes.successions:
        await write_units(tx, decision=decision.decision, units=changes.units, successions=changes.successions)
    tx.publish(*in_parts(changes, decision_id=decision_id, decision=decision.decision))
    counts = {"units": len(changes.units), "successions": len(changes.successions)}
    await add_unit_decision(tx, decision_id, decision, **counts)
    return decision_id


def _codes_in(decision: UnitDecision) -> set[str]:
    """Return the codes of units whose own records a decision changes or compares."""
    succeeded = (entry.predecessor for entry in decision.successions)
    older = (entry.code for entry in decision.began)
    return {*older, *decision.ended, *(move.code for move in decision.moved), *succeeded}


def _ensure_sound(tree: UnitTree, changes: UnitChanges) -> None:
    successions = (
        Succession(UnitId(one.predecessor_id), UnitId(one.successor_id), one.on, one.decision, one.bears_duties)
        for one in changes.successions
    )
    tree.with_changes(map(to_kernel_unit, changes.units), successions)


def _ensure_authority(
    changes: UnitChanges, known: Mapping[UUID, UnitRecord], actor: Actor, tree: UnitTree, at: datetime
) -> None:
    before = [known[record.unit_id] for record in changes.units if record.unit_id in known]
    answering = units_answering_for(changes, before, tree, legal_day(at))
    for unit_id in answering:
        actor.must_act_for(unit_id)
    if not answering:
        # The first units have nobody above them, and a decision that changes nothing takes nothing from anybody.
        actor.has_checked = True
