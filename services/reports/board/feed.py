"""Read what changed in the database since a revision: by whole revisions, so that nothing is lost or repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from runtime.database import Database
from runtime.database.revision import Revision
from runtime.reference import Reference, ReferenceView
from services.reports.store.judgements import judgements_after
from services.reports.store.numbers import periods_from, series_from, units_from
from services.reports.store.obligations import histories_after, states_after
from services.reports.store.plans import plans_after, versions_after
from services.reports.store.releases import releases_after
from services.reports.store.reports import versions_after as report_versions_after
from services.reports.store.tips import tip_facts_after


@dataclass(frozen=True, slots=True)
class Delta:
    """All rows with a revision after one point and up to another."""

    until: Revision
    reference: ReferenceView
    plans: Sequence[Any] = ()
    plan_versions: Sequence[Any] = ()
    units: Sequence[Any] = ()
    """This and what follows is from the numbers on that were asked for, though of a later revision."""
    periods: Sequence[Any] = ()
    series: Sequence[Any] = ()
    states: Sequence[Any] = ()
    histories: Sequence[Any] = ()
    """Of those obligations whose states do not tell it, all that happened."""
    report_versions: Sequence[Any] = ()
    """The states of the obligations that these discharge changed with them."""
    judgements: Sequence[Any] = ()
    tip_facts: Sequence[Any] = ()
    releases: Sequence[Any] = ()


class Known(NamedTuple):
    """How many numbers of units, periods and series are known: those that are not begin there."""

    units: int = 0
    periods: int = 0
    series: int = 0


async def read_delta(database: Database, reference: Reference, after: int, epoch: Any, known: Known) -> Delta:
    """Return what changed after a revision; everything, if the database began a new epoch since."""
    view = await reference.view()
    async with database.read() as read:
        # First the newest number, then what lies between: rows committed meanwhile wait for the next time.
        newest = await read.newest()
        begin = after if newest.epoch == epoch else 0
        if newest.number == begin:
            return Delta(newest, view)
        span = (begin, newest.number)
        return Delta(
            until=newest,
            reference=view,
            plans=await plans_after(read, *span),
            plan_versions=await versions_after(read, *span),
            units=await units_from(read, begin and known.units),
            periods=await periods_from(read, begin and known.periods),
            series=await series_from(read, begin and known.series),
            states=await states_after(read, *span),
            histories=await histories_after(read, *span),
            report_versions=await report_versions_after(read, *span),
            judgements=await judgements_after(read, *span),
            tip_facts=await tip_facts_after(read, *span),
            releases=await releases_after(read, *span),
        )
