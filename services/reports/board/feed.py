"""Read what changed in the database since a revision: by whole revisions, so that nothing is lost or repeated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from runtime.database import Database, Read
from runtime.database.revision import Revision
from runtime.reference import Reference, ReferenceView
from services.reports.domain.content import content_from_json
from services.reports.store.bulk import read_bulk
from services.reports.store.columns import Bulk, Known
from services.reports.store.judgements import judgements_after
from services.reports.store.obligations import numbers_of
from services.reports.store.plans import plans_after, versions_after
from services.reports.store.releases import releases_after
from services.reports.store.reports import versions_after as report_versions_after
from services.reports.store.tips import tip_facts_after

RowsAfter = Callable[[Read, int, int], Awaitable[Sequence[Any]]]
"""Returns rows of one table with a revision after one and up to another."""


class Delta(NamedTuple):
    """All rows with a revision after one point and up to another."""

    reference: ReferenceView
    owed: Bulk
    plans: Sequence[Any] = ()
    """Their rows may be newer than all others: what is not known of yet comes again."""
    plan_versions: Sequence[Any] = ()
    report_versions: Sequence[Any] = ()
    covered: Mapping[UUID, Any] = MappingProxyType({})
    """The numbers of the obligations that these discharge, by id."""
    judgements: Sequence[Any] = ()
    tip_facts: Sequence[Any] = ()
    releases: Sequence[Any] = ()

    @property
    def until(self) -> Revision:
        """Up to where."""
        return self.owed.until


async def read_delta(database: Database, reference: Reference, known: Known) -> Delta:
    """Return what changed since then; everything, if the database began a new epoch."""
    owed = await read_bulk(database, known)
    # Whoever pulls has looked just before; after a restore that was a look at something else.
    view = (None if owed.whole else reference.seen) or await reference.view()
    begin, until = 0 if owed.whole else known.revision, owed.until
    if until.number == begin or not owed.others:
        return Delta(view, owed)
    # Of what was read first this sees all, and perhaps more: rows that were added later wait for the next time.
    async with database.read() as read:
        if (await read.newest()).epoch == until.epoch:
            span = (begin, until.number)

            async def rows(table: str, after: RowsAfter) -> Sequence[Any]:
                return await after(read, *span) if table in owed.others else ()

            versions = await rows("report_version", report_versions_after)
            named = {one for row in versions for one in content_from_json(row.content).sheets}
            return Delta(
                reference=view,
                owed=owed,
                plans=await plans_after(read, begin) if "plan" in owed.others else (),
                plan_versions=await rows("plan_version", versions_after),
                report_versions=versions,
                covered=await numbers_of(read, named),
                judgements=await rows("judgement", judgements_after),
                tip_facts=await rows("tip_history", tip_facts_after),
                releases=await rows("statistics_release", releases_after),
            )
    # It was restored in between.
    return await read_delta(database, reference, known)
