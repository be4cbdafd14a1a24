"""Do something with a tip: in its order, by who is responsible for it, and with its clocks kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.events.tips import Category
from kernel.calendar.days_off import Calendar
from kernel.clock import legal_day
from kernel.ids import UnitId
from runtime.alarms import raise_alarms, set_clocks
from runtime.crypto import Vault
from runtime.database import Write
from runtime.reference import Actor
from services.tips.domain.alarm import Fallen, next_ring
from services.tips.domain.deadline import Deadline, is_late, next_due
from services.tips.domain.tip import Act, TipState, after
from services.tips.store.happenings import missed_of
from services.tips.store.tips import change_tip, get_content, note_happening
from services.tips.usecases.judge_deadlines import deadlines_of
from services.tips.usecases.look_for_alarms import terms_of
from services.tips.usecases.note_missed import note_missed, to_alarm
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
    """Do it, and say whether the tip is late by then, for the unit that received it.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: The tip is not in a state for it.
    """
    state = ensure_possible(tip, move.act, doing)
    noted = await missed_of(doing.tx, tip)
    stood = deadlines_of(tip, doing.calendar, noted)
    await _raise(tip, stood, await note_missed(tip, stood, doing.at, noted, tx=doing.tx), doing)
    late, changed = is_late(stood, noted), {**move.changed, "state": state.value}
    if move.act is Act.TRANSFER:
        # With the competent unit its clocks begin anew; for the unit that received the tip they end here.
        noted = {}
        if tip.transferred_at is None:
            changed |= {"transferred_at": doing.at, "transferred_late": late}
    found = deadlines_of(tip, doing.calendar, noted, **move.changed)
    await _raise(tip, found, await note_missed(tip, found, doing.at, noted, tx=doing.tx), doing)
    if move.act is not Act.TRANSFER:
        late = is_late(found, noted)
    await _write(tip, Move(move.act, changed, move.facts, move.note), found, doing)
    return late if tip.transferred_late is None else bool(tip.transferred_late)


def ensure_possible(tip: Any, act: Act, doing: Doing) -> TipState:
    """Return the state to which an act leads, if the caller can do it now.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: The tip is not in a state for it.
    """
    doing.actor.must_act_for(UnitId(tip.responsible_id))
    return after(TipState(tip.state), act, None if tip.category is None else Category(tip.category))


async def _raise(tip: Any, found: Sequence[Deadline], missed: Sequence[Fallen], doing: Doing) -> None:
    if missed:
        alarms = (to_alarm(one, tip, found, doing.actor.tree, legal_day(doing.at)) for one in missed)
        await raise_alarms(doing.tx, {tip.id: [one for one in alarms if one is not None]})


async def _write(tip: Any, move: Move, found: Sequence[Deadline], doing: Doing) -> None:
    following = next_due(found, doing.at)
    due_at = None if following is None else following.due_at
    await change_tip(doing.tx, tip, **move.changed, due_at=due_at)
    await set_clocks(doing.tx, {tip.id: next_ring(found, terms_of(tip), doing.at)})
    await note_happening(
        doing.tx,
        tip.id,
        move.act.value,
        doing.at,
        move.facts,
        by_unit=doing.actor.unit(),
        client=doing.actor.client,
        note=await _sealed(tip, move.note, doing),
    )


async def _sealed(tip: Any, note: str, doing: Doing) -> bytes | None:
    if not note:
        return None
    kept = await get_content(doing.tx, tip.id)
    return content_key(doing.vault, tip.id, kept.key).seal(note.encode(), note_context(tip.id))
