"""What all obligations come to now, for every administrative unit: kept, and moved along with the clock and changes.

And for the bodies that stand beside such units, since they are shown together. Where there are only bodies, few
obligations are to be counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from kernel.ids import UnitId
from kernel.units.layout import TreeOn
from services.reports.board.kernels import side_by_side
from services.reports.board.memory import Everywhere, Memory
from services.reports.board.territory import positions
from services.reports.evaluation.compliance import Cube, Layout
from services.reports.evaluation.present import Present
from services.reports.evaluation.tally import NOWHERE


def counted_everywhere(memory: Memory, t: int, day: date, units: Sequence[UnitId]) -> Cube | None:
    """Return the counts of some units over all that is owed at `t` on a day, each with all below it.

    None if the counts of one of them are not kept.
    """
    kept, changed = memory.everywhere, memory.changed
    if kept is None or not _fits(kept, memory, t, day):
        kept, changed = _begun(memory, t, day), []
    memory.everywhere, memory.changed = kept, []
    if changed:
        kept.present.changed(np.unique(np.concatenate(changed)))
    kept.present.advance(t)
    if not all(unit in kept.place_of for unit in units):
        return None
    return Cube(kept.present.cube.subtree[[kept.place_of[unit] for unit in units]])


def _fits(kept: Everywhere, memory: Memory, t: int, day: date) -> bool:
    """Say whether what is kept can be moved on: no rows were added, the tree is the same, and time goes on."""
    is_same = (kept.rows, kept.slots) == (len(memory.owed.book), len(memory.owed.slots))
    return is_same and kept.tree is memory.reference.tree.on(day) and t >= kept.present.t


def _begun(memory: Memory, t: int, day: date) -> Everywhere:
    tree, owed = memory.reference.tree.on(day), memory.owed
    place_of, layout = _laid_out(memory, tree, day)
    present = Present(owed.book, layout, t, slots=len(owed.slots), together=side_by_side)
    return Everywhere(tree, len(owed.book), len(owed.slots), place_of, present)


def _laid_out(memory: Memory, tree: TreeOn, day: date) -> tuple[dict[UnitId, int], Layout]:
    """Return the places of the units whose counts are kept, and by which layout each unit counts at the nearest."""
    units = memory.reference.tree
    tops = {tree.parent(one) for one in tree.order if units.get(one).is_administrative}
    place_of: dict[UnitId, int] = {}
    parents: list[int] = []
    nearest = np.full(len(tree.order) + 1, NOWHERE, np.int32)
    for position, unit_id in enumerate(tree.order):
        above = tree.parent(unit_id)
        place_above = NOWHERE if above is None else int(nearest[tree.span(above).start])
        if above in tops or units.get(unit_id).is_administrative:
            place_of[unit_id] = nearest[position] = len(parents)
            parents.append(place_above)
        else:
            nearest[position] = place_above
    # The last one stands for NOWHERE, -1.
    return place_of, Layout.of(parents, nearest[positions(memory, day, by_successor=True)].tolist())
