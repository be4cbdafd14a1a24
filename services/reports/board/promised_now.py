"""Judge the sums of a plan for one question: as they are now, kept and moved along, or as of another instant.

Of the present every unit of the tree is judged at once, and whatever is asked next finds it done. It follows changes
and the clock; where more than reports has changed (rows, versions of the plan, units) it is made anew.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import numpy as np

from contracts.plan import Plan
from kernel.clock import from_micros, legal_day
from kernel.units.layout import TreeOn
from runtime.reference import ReferenceView
from services.reports.board.cells import Cells
from services.reports.board.judged import Viewpoint
from services.reports.board.memory import Kept, Memory
from services.reports.board.promised import Promised
from services.reports.board.territory import territory, tree_of, whole_tree
from services.reports.evaluation.columns import Indices
from services.reports.evaluation.compliance import Layout
from services.reports.evaluation.lines import FigureTooLarge, TooManyLines
from services.reports.evaluation.tally import NOWHERE

_KEPT = 8
"""So many presents are kept, of a plan, a basis and a tree each: those that were asked for last."""
_NO_ROWS = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class _Now:
    """The present of a plan, and what it was made of beside reports."""

    promised: Promised | None
    """None if its sums might not fit."""
    tree: TreeOn
    reference: ReferenceView
    occurred: frozenset[int]
    """The versions of the plan that had occurred: it depends on them which one binds."""
    versions: int
    rows: int

    def fits(self, memory: Memory, asked: Viewpoint, plan: Plan) -> bool:
        """Say whether it can be moved to the instant of a question: nothing but reports has changed, time goes on."""
        is_same = (self.occurred, self.versions, self.rows) == _made_of(memory, asked, plan)
        goes_on = self.promised is None or self.promised.t <= asked.t
        return is_same and goes_on and self.reference is memory.reference and self.tree is _tree(memory, asked)


def cells_now(memory: Memory, asked: Viewpoint, plan: Plan) -> Cells | None:
    """Return what sums decide for a question about the present; None if they might not fit."""
    key = (asked.plan, asked.basis, asked.tree)
    kept = memory.kept.pop(key, None)
    changed = [] if kept is None else kept.changed
    now = _moved(memory, asked, plan, kept.what, changed) if kept is not None else None
    is_begun, now = now is None, now or _begun(memory, asked, plan)
    # What was written down already may occur only after an instant that was taken before: it is looked at once more.
    is_over = asked.t >= asked.known_at
    if is_over or not is_begun:
        memory.kept[key] = Kept(now, [] if is_over else changed)
    while len(memory.kept) > _KEPT:
        del memory.kept[next(iter(memory.kept))]
    span = now.tree.span(asked.unit_id)
    if not span:
        return cells_then(memory, asked, plan)
    return None if now.promised is None else Cells(now.promised, span)


def cells_then(memory: Memory, asked: Viewpoint, plan: Plan) -> Cells | None:
    """Return what sums decide for a question about any instant; None if they might not fit."""
    held = territory(memory, asked.unit_id, asked.plan, asked.tree, _day(asked)).held
    layout = Layout(np.array([NOWHERE], np.int32), np.where(held, 0, NOWHERE).astype(np.int32))
    promised = _promised(memory, asked, plan, layout)
    return None if promised is None else Cells(promised, range(1))


def _begun(memory: Memory, asked: Viewpoint, plan: Plan) -> _Now:
    tree, layout = _tree(memory, asked), whole_tree(memory, asked.plan, asked.tree, _day(asked))
    promised = _promised(memory, asked, plan, layout)
    return _Now(promised, tree, memory.reference, *_made_of(memory, asked, plan))


def _made_of(memory: Memory, asked: Viewpoint, plan: Plan) -> tuple[frozenset[int], int, int]:
    """Return which versions of the plan have occurred, how many are known, and how many rows there are."""
    versions = memory.versions[plan.plan_id]
    occurred = frozenset(one.number for one in versions if one.occurred_at <= asked.t)
    return occurred, len(versions), len(memory.owed.book)


def _moved(memory: Memory, asked: Viewpoint, plan: Plan, now: _Now, changed: list[Indices]) -> _Now | None:
    """Return the present moved to the instant of a question; None if it is to be made anew."""
    if not now.fits(memory, asked, plan):
        return None
    if now.promised is None:
        return None if changed else now
    rows = np.unique(np.concatenate([_NO_ROWS, *changed]))
    with suppress(FigureTooLarge):
        if now.promised.move(asked.t, asked.known_at, rows):
            return now
    return None


def _promised(memory: Memory, asked: Viewpoint, plan: Plan, layout: Layout) -> Promised | None:
    with suppress(FigureTooLarge, TooManyLines):
        return Promised(memory, asked, plan, layout)
    return None


def _tree(memory: Memory, asked: Viewpoint) -> TreeOn:
    return tree_of(memory, asked.plan, asked.tree, _day(asked))


def _day(asked: Viewpoint) -> date:
    return legal_day(from_micros(asked.t))
