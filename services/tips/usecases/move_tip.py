"""Do something with a tip: in its order, by who is responsible for it, and with its clocks kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kernel.calendar.days_off import Calendar
from kernel.ids import UnitId
from runtime.crypto import Vault
from runtime.database import Write
from runtime.reference import Actor
from services.tips.domain.deadline import next_due
from services.tips.domain.tip import Act, TipState, after
from services.tips.store.tips import change_tip, get_content, note_happening
from services.tips.usecases.note_missed import deadlines_of, is_late, note_missed
from services.tips.usecases.seal_tip import content_key, note_context


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does it, when, and by which calendar and keys."""

    tx: Write
    actor: Actor
    at: datetime
    calendar: Calendar
    vault: Vault


@dataclass(frozen=True, slots=True)
class Move:
    """What an act changes."""

    act: Act
    changed: Mapping[str, Any] = field(default_factory=dict)
    """Columns of the tip."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the history says of it."""
    note: str = ""
    """What the officer wrote. It is sealed."""


async def move_tip(tip: Any, move: Move, doing: Doing) -> bool:
    """Do it, and say whether the tip is late by then.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: The tip is not in a state for it.
    """
    tx, at = doing.tx, doing.at
    doing.actor.must_act_for(UnitId(tip.responsible_id))
    state = after(TipState(tip.state), move.act)
    await note_missed(tip, deadlines_of(tip, doing.calendar), at, tx=tx)
    found = deadlines_of(tip, doing.calendar, **move.changed)
    noted = await note_missed(tip, found, at, tx=tx)
    following = next_due(found, at)
    due_at = None if following is None else following.due_at
    await change_tip(tx, tip, **move.changed, state=state.value, due_at=due_at)
    await note_happening(
        tx,
        tip.id,
        move.act.value,
        at,
        move.facts,
        by_unit=doing.actor.unit(),
        client=doing.actor.client,
        note=await _sealed(tip, move.note, doing),
    )
    return is_late(found, noted)


async def _sealed(tip: Any, note: str, doing: Doing) -> bytes | None:
    if not note:
        return None
    kept = await get_content(doing.tx, tip.id)
    return content_key(doing.vault, tip.id, kept.key).seal(note.encode(), note_context(tip.id))
