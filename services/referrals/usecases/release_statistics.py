"""Release the total of a unit, a group and a period, once and for all: the only thing that leaves the service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.events.referrals import ELEMENTS_OF, Group, StatisticsReleased
from kernel.clock import Clock, legal_day
from kernel.ids import UnitId, new_id
from runtime.database import Read, Write
from runtime.reference import Actor, Reference
from services.referrals.disclosure.counting import Counted, count
from services.referrals.disclosure.protection import Figures, find_overlap, protect
from services.referrals.domain.cell import Cell, cell_of, ensure_over
from services.referrals.domain.refusals import ReleasedBefore, ReleaseOverlaps
from services.referrals.law import SUPPORT
from services.referrals.store.histories import need_histories, units_of_persons
from services.referrals.store.releases import add_release, find_release, published_within


@dataclass(frozen=True, slots=True)
class ReleaseStatistics:
    """Which total."""

    unit: str
    """Code of the root unit, read in the period."""
    group: Group
    period: str
    """Key of the period."""


async def release_statistics(
    cmd: ReleaseStatistics, *, tx: Write, actor: Actor, at: datetime, clock: Clock, reference: Reference
) -> UUID:
    """Release a total, tell the other services, and return the release's id.

    Protection comes before the look at earlier releases: whether a small total overlaps one would itself tell
    whether anybody is in it.

    Raises:
        UnreadablePeriod, PeriodUnfit, UnitUnknown: The caller names no cell.
        UnitOutside: The caller does not act for the root.
        PeriodRunning: The period has not ended.
        ReleasedBefore: The cell has its release.
        ReleaseOverlaps: A published total counted one of the same persons on some of the same days.
    """
    cell = cell_of((await reference.view_in(tx)).tree, cmd.unit, cmd.group, cmd.period)
    actor.must_act_for(cell.root_id)
    ensure_over(cell, legal_day(at))
    released = await find_release(tx, cell.root_id, cell.group, cell.period)
    if released is not None:
        raise ReleasedBefore(release=released)
    counted = await _counted(cell, tx)
    figures = protect(counted, SUPPORT.get("smallest_cell", legal_day(at)).value)
    if figures is not None:
        earlier = find_overlap(counted, cell.span, await published_within(tx, cell.group, cell.span))
        if earlier is not None:
            raise ReleaseOverlaps(release=earlier)
    release_id = new_id(clock)
    row = {
        "id": release_id,
        "unit_id": cell.root_id,
        "group": cell.group,
        "period": cell.period,
        "starts_on": cell.span.starts_on,
        "until": cell.span.until,
        "suppressed": figures is None,
        "eligible": figures and figures.eligible,
        "served": figures and figures.served,
        "occurred_at": at,
    }
    await add_release(tx, row, counted.eligible if figures else ())
    tx.publish(_told(release_id, cell, figures, at))
    return release_id


async def _counted(cell: Cell, read: Read) -> Counted:
    units = {unit for unit in await units_of_persons(read, cell.group) if cell.covers(UnitId(unit))}
    needs = await need_histories(read, cell.group, units, until=cell.span.until)
    return count(needs, cell.span)


def _told(release_id: UUID, cell: Cell, figures: Figures | None, at: datetime) -> StatisticsReleased:
    elements = ELEMENTS_OF[cell.group]
    return StatisticsReleased(
        release_id=release_id,
        unit_id=cell.root_id,
        group=cell.group,
        period=cell.period,
        elements=tuple(elements),
        figures={} if figures is None else dict(zip(elements, figures, strict=True)),
        suppressed=figures is None,
        occurred_at=at,
    )
