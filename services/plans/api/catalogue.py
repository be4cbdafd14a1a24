"""The catalogue of data elements and indicators."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from contracts.plan import Area, ElementKind, Source
from runtime.http.declaration import UnitRule
from runtime.http.following import changes_of, page_of, place_of
from runtime.http.pages import Changes, Page
from runtime.http.routes import Lists, Routes
from services.plans.store.catalogue import elements_after, indicators_after, list_elements, list_indicators

routes = Routes("plans", "catalogue")


class CatalogueElement(BaseModel):
    """A data element, as the first plan that used it said."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    name_en: str
    kind: ElementKind
    unit: str
    since: Literal["year", "programme"]
    monthly: bool
    first_plan: str


class CatalogueIndicator(BaseModel):
    """An indicator, as the first plan that used it said."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    area: Area
    measure: str
    source: Source
    first_plan: str


@routes.list(
    "/v1/catalogue/elements",
    scope="plans:read",
    units=UnitRule.ANY,
    summary="Danh mục số liệu",
    response_model=Page[CatalogueElement] | Changes[CatalogueElement],
)
async def list_catalogue_elements(call: Lists) -> Page[CatalogueElement] | Changes[CatalogueElement]:
    """Các số liệu đã dùng trong kế hoạch được ban hành, theo mã."""
    async with call.service.database.read() as read:
        if call.after is not None:
            followed = await elements_after(read, after=call.after, limit=call.limit)
            return changes_of(call, followed, [CatalogueElement.model_validate(row) for row in followed.rows])
        rows = await list_elements(read, beyond=place_of(call, str), limit=call.limit + 1)
    return page_of(call, rows, "code", CatalogueElement.model_validate)


@routes.list(
    "/v1/catalogue/indicators",
    scope="plans:read",
    units=UnitRule.ANY,
    summary="Danh mục chỉ tiêu",
    response_model=Page[CatalogueIndicator] | Changes[CatalogueIndicator],
)
async def list_catalogue_indicators(call: Lists) -> Page[CatalogueIndicator] | Changes[CatalogueIndicator]:
    """Các chỉ tiêu đã dùng trong kế hoạch được ban hành, theo mã."""
    async with call.service.database.read() as read:
        if call.after is not None:
            followed = await indicators_after(read, after=call.after, limit=call.limit)
            return changes_of(call, followed, [CatalogueIndicator.model_validate(row) for row in followed.rows])
        rows = await list_indicators(read, beyond=place_of(call, str), limit=call.limit + 1)
    return page_of(call, rows, "code", CatalogueIndicator.model_validate)
