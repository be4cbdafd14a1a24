"""The catalogue: what the data elements and indicators of issued plans mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, FromClause, select, update
from sqlmodel import Field

from contracts.plan import Plan
from runtime.database import Instant, Read, Write, insert_new
from runtime.http.pages import Followed, rows_after
from services.plans.domain.catalogue import NARRATIVE
from services.plans.store.table import PlansTable


class ElementRow(PlansTable, table=True):
    """A data element, as the first plan that used it said."""

    __tablename__ = "catalogue_element"

    code: str = Field(primary_key=True)
    name: str
    name_en: str
    kind: str
    unit: str
    since: str
    monthly: bool = Field(sa_type=Boolean)
    first_plan: str
    """Slug of that plan."""
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


class IndicatorRow(PlansTable, table=True):
    """An indicator, as the first plan that used it said."""

    __tablename__ = "catalogue_indicator"

    code: str = Field(primary_key=True)
    name: str
    area: str
    measure: str
    source: str
    first_plan: str
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


_element = ElementRow.__table__  # type: ignore[attr-defined]
_indicator = IndicatorRow.__table__  # type: ignore[attr-defined]


async def kinds_of_elements(read: Read) -> Mapping[str, str]:
    """Return the kind of every data element in the catalogue by code."""
    rows = (await read.execute(select(_element.c.code, _element.c.kind))).all()
    return {row.code: row.kind for row in rows}


async def measures_of_indicators(read: Read) -> Mapping[str, str]:
    """Return the measure of every indicator in the catalogue by code."""
    rows = (await read.execute(select(_indicator.c.code, _indicator.c.measure))).all()
    return {row.code: row.measure for row in rows}


async def enter_words(tx: Write, plan: Plan) -> None:
    """Enter the elements and indicators of an issued plan that are not in the catalogue yet.

    An indicator that was only a narrative so far takes the first measure that a plan gives it.
    """
    entered = {"first_plan": plan.slug, "recorded_at": tx.recorded_at, "revision": tx.number}
    elements = [
        one.model_dump(mode="json", include={"code", "name", "name_en", "kind", "unit", "since", "monthly"}) | entered
        for one in plan.elements
    ]
    await insert_new(tx.connection, _element, elements, _element.c.code)
    indicators = [
        one.model_dump(mode="json", include={"code", "name", "area", "source"})
        | {"measure": one.measure.measure}
        | entered
        for one in plan.indicators
    ]
    await insert_new(tx.connection, _indicator, indicators, _indicator.c.code)
    for one in plan.indicators:
        if one.measure.measure != NARRATIVE:
            open_still = (_indicator.c.code == one.code, _indicator.c.measure == NARRATIVE)
            measured = {"measure": one.measure.measure, "revision": tx.number}
            await tx.execute(update(_indicator).where(*open_still).values(measured))


async def list_elements(read: Read, *, beyond: str | None, limit: int) -> Sequence[Any]:
    """Return rows of data elements by code, those after the code `beyond`."""
    return await _listed(read, _element, beyond, limit)


async def list_indicators(read: Read, *, beyond: str | None, limit: int) -> Sequence[Any]:
    """Return rows of indicators by code, those after the code `beyond`."""
    return await _listed(read, _indicator, beyond, limit)


async def elements_after(read: Read, *, after: int, limit: int) -> Followed:
    """Return the rows of data elements that changed after a revision."""
    return await rows_after(read, _element, after=after, limit=limit)


async def indicators_after(read: Read, *, after: int, limit: int) -> Followed:
    """Return the rows of indicators that changed after a revision."""
    return await rows_after(read, _indicator, after=after, limit=limit)


async def _listed(read: Read, table: FromClause, beyond: str | None, limit: int) -> Sequence[Any]:
    statement = select(table).order_by(table.c.code).limit(limit)
    if beyond is not None:
        statement = statement.where(table.c.code > beyond)
    return (await read.execute(statement)).all()
