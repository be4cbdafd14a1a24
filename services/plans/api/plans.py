"""Plans: drafted, listed, read."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query
from starlette.responses import Response

from contracts.plan import Code
from contracts.plan_draft import PlanDraft
from contracts.unit import UnitCode
from runtime.database import Write
from runtime.http.call import etag_of
from runtime.http.declaration import UnitRule
from runtime.http.following import changes_of, ensure_unfiltered, link_to_next, page_of, place_of
from runtime.http.pages import Changes, Page
from runtime.http.routes import Creates, Lists, Reads, Routes
from runtime.http.tables import Form, form_of, table_response
from services.plans.api.examples import PLAN_DRAFT
from services.plans.api.plan_answers import COLUMNS, PlanBegun, PlanInFull, PlanInList, PlanVersion, in_full
from services.plans.domain.plan_state import PlanState
from services.plans.store.plans import (
    PlanFilter,
    get_plan,
    get_plan_by_id,
    get_version,
    list_plans,
    list_versions,
    plans_after,
    versions_after,
)
from services.plans.usecases.draft_plan import draft_plan

routes = Routes("plans", "plans")


@routes.create(
    "/v1/plans",
    scope="plans:write",
    units=UnitRule.ACTS_FOR,
    summary="Soạn kế hoạch",
    response_model=PlanBegun,
)
async def create_plan(call: Creates, draft: Annotated[PlanDraft, Body(openapi_examples=PLAN_DRAFT)]) -> PlanBegun:
    """Bản thảo được kiểm tra đầy đủ; mọi chỗ chưa đúng được nêu một lần. Chưa ban hành thì chưa có hiệu lực."""

    async def effect(tx: Write) -> UUID:
        service = call.service
        return await draft_plan(draft, tx=tx, actor=call.actor, clock=service.clock, reference=service.reference)

    plan_id = await call.once(effect)
    async with call.service.database.read() as read:
        row = await get_plan_by_id(read, plan_id)
    return PlanBegun(plan_id=row.id, slug=row.slug)


@routes.list(
    "/v1/plans",
    scope="plans:read",
    units=UnitRule.ANY,
    summary="Danh sách kế hoạch",
    response_model=Page[PlanInList] | Changes[PlanInList],
)
async def list_all_plans(
    call: Lists,
    issuer: Annotated[UnitCode | None, Query(description="Mã đơn vị ban hành, như ghi trong kế hoạch.")] = None,
    year: Annotated[int | None, Query(ge=2000, le=2100, description="Năm thuộc kế hoạch.")] = None,
    state: Annotated[PlanState | None, Query(description="Trạng thái.")] = None,
) -> Page[PlanInList] | Changes[PlanInList] | Response:
    """Theo tên ngắn; hoặc, với `after`, mọi kế hoạch đã thay đổi. Theo `Accept`, cũng là bảng CSV hoặc XLSX."""
    async with call.service.database.read() as read:
        if call.after is not None:
            ensure_unfiltered(issuer=issuer, year=year, state=state)
            followed = await plans_after(read, after=call.after, limit=call.limit)
            return changes_of(call, followed, [PlanInList.model_validate(row) for row in followed.rows])
        shown = PlanFilter(issuer=issuer, year=year, state=state)
        rows = await list_plans(read, shown, beyond=place_of(call, str), limit=call.limit + 1)
    page = page_of(call, rows, "slug", PlanInList.model_validate)
    form = form_of(call.request.headers.get("accept"))
    if form is not Form.JSON:
        cells = ([getattr(item, name) for name in COLUMNS] for item in page.items)
        return await table_response(form, COLUMNS, cells, "plans", **link_to_next(call, page.next_cursor))
    return page


@routes.read(
    "/v1/plans/{slug}", scope="plans:read", units=UnitRule.ANY, summary="Một kế hoạch", response_model=PlanInFull
)
async def read_plan(
    call: Reads,
    slug: Code,
    version: Annotated[int | None, Query(ge=1, description="Mặc định là phiên bản mới nhất.")] = None,
) -> PlanInFull:
    """Kế hoạch như đang có, kèm ETag để sửa; hoặc một phiên bản trước đây, nguyên văn."""
    async with call.service.database.read() as read:
        row = await get_plan(read, slug)
        number = version or row.version
        shown = await get_version(read, slug, number) if number else None
    call.response.headers["ETag"] = etag_of(row.edition)
    return in_full(row, shown)


@routes.list(
    "/v1/plans/{slug}/versions",
    scope="plans:read",
    units=UnitRule.ANY,
    summary="Các phiên bản của kế hoạch",
    response_model=Page[PlanVersion] | Changes[PlanVersion],
)
async def list_plan_versions(call: Lists, slug: Code) -> Page[PlanVersion] | Changes[PlanVersion]:
    """Từ phiên bản đầu tiên; nội dung từng phiên bản: `/v1/plans/{slug}?version=`."""
    async with call.service.database.read() as read:
        if call.after is not None:
            followed = await versions_after(read, slug, after=call.after, limit=call.limit)
            return changes_of(call, followed, [PlanVersion.model_validate(row) for row in followed.rows])
        rows = await list_versions(read, slug, beyond=place_of(call, int) or 0, limit=call.limit + 1)
    return page_of(call, rows, "version", PlanVersion.model_validate)
