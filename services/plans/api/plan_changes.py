"""What is done with a plan: edited, issued, amended, closed. Each names the edition that the caller has read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Body

from contracts.plan import Code
from contracts.plan_draft import Amendment, PlanDraft
from runtime.database import Write
from runtime.http.call import EditCall, etag_of
from runtime.http.declaration import UnitRule
from runtime.http.routes import Edits, Routes
from services.plans.api.examples import AMENDMENT, PLAN_DRAFT
from services.plans.api.plan_answers import ClosePlan, PlanInFull, in_full
from services.plans.store.plans import get_plan, get_version
from services.plans.usecases.amend_plan import amend_plan
from services.plans.usecases.close_plan import close_plan
from services.plans.usecases.edit_plan_draft import edit_plan_draft
from services.plans.usecases.issue_plan import issue_plan

routes = Routes("plans", "plans")

Step = Callable[[Any, Write], Awaitable[None]]
"""What is done with the plan's row within the transaction."""


async def _changed(call: EditCall, slug: str, step: Step) -> PlanInFull:
    async def effect(tx: Write) -> tuple[Any, Any]:
        row = await get_plan(tx, slug)
        call.must_match(row.edition)
        await step(row, tx)
        row = await get_plan(tx, slug)
        return row, await get_version(tx, slug, row.version) if row.version else None

    row, version = await call.write(effect)
    call.response.headers["ETag"] = etag_of(row.edition)
    return in_full(row, version)


@routes.edit(
    "PUT",
    "/v1/plans/{slug}",
    scope="plans:write",
    units=UnitRule.ACTS_FOR,
    summary="Sửa bản thảo",
    response_model=PlanInFull,
)
async def replace_plan_draft(
    call: Edits, slug: Code, draft: Annotated[PlanDraft, Body(openapi_examples=PLAN_DRAFT)]
) -> PlanInFull:
    """Thay toàn bộ nội dung bản thảo."""

    async def step(row: Any, tx: Write) -> None:
        await edit_plan_draft(row, draft, tx=tx, actor=call.actor, reference=call.service.reference)

    return await _changed(call, slug, step)


@routes.edit(
    "POST",
    "/v1/plans/{slug}/issue",
    scope="plans:write",
    units=UnitRule.ACTS_FOR,
    summary="Ban hành kế hoạch",
    response_model=PlanInFull,
)
async def issue_drafted_plan(call: Edits, slug: Code) -> PlanInFull:
    """Từ nay kế hoạch có hiệu lực theo ngày hiệu lực của nó; nghĩa vụ báo cáo được lập."""

    async def step(row: Any, tx: Write) -> None:
        await issue_plan(row, tx=tx, actor=call.actor, at=call.arrived_at, reference=call.service.reference)

    return await _changed(call, slug, step)


@routes.edit(
    "POST",
    "/v1/plans/{slug}/amend",
    scope="plans:write",
    units=UnitRule.ACTS_FOR,
    summary="Điều chỉnh kế hoạch",
    response_model=PlanInFull,
)
async def amend_issued_plan(
    call: Edits, slug: Code, amendment: Annotated[Amendment, Body(openapi_examples=AMENDMENT)]
) -> PlanInFull:
    """Toàn văn phiên bản mới, ngày hiệu lực của nó và quyết định. Các phiên bản trước giữ nguyên."""

    async def step(row: Any, tx: Write) -> None:
        await amend_plan(row, amendment, tx=tx, actor=call.actor, at=call.arrived_at, reference=call.service.reference)

    return await _changed(call, slug, step)


@routes.edit(
    "POST",
    "/v1/plans/{slug}/close",
    scope="plans:write",
    units=UnitRule.ACTS_FOR,
    summary="Đóng kế hoạch",
    response_model=PlanInFull,
)
async def close_issued_plan(call: Edits, slug: Code, closing: ClosePlan) -> PlanInFull:
    """Nghĩa vụ đã phát sinh không thay đổi."""

    async def step(row: Any, tx: Write) -> None:
        await close_plan(row, closing.reason, tx=tx, actor=call.actor, at=call.arrived_at)

    return await _changed(call, slug, step)
