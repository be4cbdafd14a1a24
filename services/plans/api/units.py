"""The unit tree: who stands where on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from contracts.unit import Succession, UnitCode, UnitRecord
from kernel.ids import UnitId
from kernel.units import UnitTree
from runtime.http.declaration import UnitRule
from runtime.http.following import changes_of, ensure_unfiltered, page_of, place_of
from runtime.http.pages import Changes, Page
from runtime.http.routes import Lists, Reads, Routes
from runtime.reference.view import to_record
from services.plans.domain.unit_choice import choose_units, unit_on
from services.plans.store.units import successions_of, units_after, units_with_ids

routes = Routes("plans", "units")

OnDay = Annotated[date | None, Query(description="Ngày hỏi (YYYY-MM-DD); mặc định là hôm nay.")]


class UnitReference(BaseModel):
    """A unit in few words."""

    unit_id: UUID
    code: str
    name: str
    kind: str


class UnitInTree(BaseModel):
    """A unit, and where it stands on the day asked about."""

    unit: UnitRecord
    on: date
    ancestors: Sequence[UnitReference] = Field(description="The units above, the nearest first.")
    members: Sequence[UnitReference] = Field(description="Bodies that send members to a joint team.")
    bearer: UnitReference | None = Field(description="Who bears its duties today: itself while it exists.")
    successions: Sequence[Succession] = Field(description="Whom it follows, and who follows it.")


@routes.list(
    "/v1/units",
    scope="plans:read",
    units=UnitRule.ANY,
    summary="Danh sách đơn vị",
    response_model=Page[UnitRecord] | Changes[UnitRecord],
)
async def list_units(
    call: Lists,
    under: Annotated[UnitCode | None, Query(description="Mã đơn vị: chỉ các đơn vị ở dưới.")] = None,
    kind: Annotated[str | None, Query(description="Cấp hoặc chức năng: `commune`, `police`, …")] = None,
    on: OnDay = None,
) -> Page[UnitRecord] | Changes[UnitRecord]:
    """Các đơn vị tồn tại vào một ngày, theo mã; hoặc, với `after`, mọi đơn vị đã thay đổi."""
    if call.after is not None:
        ensure_unfiltered(under=under, kind=kind, on=on)
        async with call.service.database.read() as read:
            followed = await units_after(read, after=call.after, limit=call.limit)
        return changes_of(call, followed, [to_record(row) for row in followed.rows])
    tree, day = call.reference.tree, on or call.actor.on
    top = None if under is None else unit_on(tree, under, day)
    chosen = choose_units(tree, day, under=top, kind=kind, beyond=place_of(call, str) or "")[: call.limit + 1]
    async with call.service.database.read() as read:
        records = await units_with_ids(read, [unit.id for unit in chosen])
    return page_of(call, chosen, "code", lambda unit: records[unit.id])


@routes.read(
    "/v1/units/{code}", scope="plans:read", units=UnitRule.ANY, summary="Một đơn vị", response_model=UnitInTree
)
async def read_unit(call: Reads, code: UnitCode, on: OnDay = None) -> UnitInTree:
    """Đơn vị mang mã này vào một ngày: cấp trên, thành viên, ai kế tục và ai đang gánh nhiệm vụ của nó."""
    tree, day = call.reference.tree, on or call.actor.on
    unit_id = unit_on(tree, code, day)
    async with call.service.database.read() as read:
        record = (await units_with_ids(read, [unit_id]))[unit_id]
        successions = await successions_of(read, unit_id)
    bearer = tree.bearer(unit_id, call.actor.on)
    return UnitInTree(
        unit=record,
        on=day,
        ancestors=[_reference(tree, above) for above in tree.ancestors(unit_id, day)],
        members=[_reference(tree, UnitId(member)) for member in record.members],
        bearer=None if bearer is None else _reference(tree, bearer),
        successions=successions,
    )


def _reference(tree: UnitTree, unit_id: UnitId) -> UnitReference:
    unit = tree.get(unit_id)
    return UnitReference(unit_id=unit.id, code=unit.code, name=unit.name, kind=unit.kind)
