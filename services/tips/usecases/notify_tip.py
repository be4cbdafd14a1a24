"""Note that somebody was told of a tip: of its receipt, its acceptance or its outcome."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from contracts.events.tips import Category
from services.tips.domain.notice import Notice, Told, must_be_told
from services.tips.domain.tip import Act
from services.tips.store.happenings import acts_of
from services.tips.usecases.move_tip import Doing, Move, move_tip

_COLUMN = {
    Notice.RECEIPT: "receipt_told_at",
    Notice.ACCEPTANCE: "acceptance_told_at",
    Notice.OUTCOME: "outcome_told_at",
}


async def notify_tip(tip: Any, notice: Notice, to: Collection[Told], note: str, doing: Doing) -> None:
    """Note whom the unit told. The duty is done when all have been told whom the law names.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        TransitionIllegal: It is closed.
    """
    before = await acts_of(doing.tx, tip, Act.NOTIFY.value)
    told = set(to).union(*(map(Told, facts["to_whom"]) for facts in before if facts["notice"] == notice))
    category = None if tip.category is None else Category(tip.category)
    is_done = must_be_told(notice, category, informant_known=tip.informant_known) <= told
    column = _COLUMN[notice]
    changed = {column: doing.at} if is_done and getattr(tip, column) is None else {}
    facts = {"notice": notice.value, "to_whom": sorted(one.value for one in to)}
    await move_tip(tip, Move(Act.NOTIFY, changed, facts, note), doing)
