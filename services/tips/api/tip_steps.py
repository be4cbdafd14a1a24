"""What happens to a tip on its way: classified, assigned, resolved or handed over, closed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from kernel.clock import legal_day
from kernel.ids import UnitId
from runtime.database import Write
from runtime.http.call import EditCall
from runtime.http.declaration import UnitRule
from runtime.http.routes import Edits, Routes
from services.tips.api.tip_shapes import Assignment, Classification, Closing, Resolution, TipShown, Transfer
from services.tips.api.tip_views import answer_tip, keys_in
from services.tips.domain.refusals import UnitUnknown
from services.tips.store.tips import get_tip
from services.tips.usecases.assign_tip import assign_tip
from services.tips.usecases.classify_tip import classify_tip
from services.tips.usecases.close_tip import close_tip
from services.tips.usecases.move_tip import Doing
from services.tips.usecases.resolve_tip import resolve_tip
from services.tips.usecases.transfer_tip import transfer_tip

routes = Routes("tips", "tips")
_STEP: dict[str, Any] = {"scope": "tips:handle", "units": UnitRule.ACTS_FOR, "response_model": TipShown}


@routes.edit("POST", "/v1/tips/{tip_id}/classify", summary="Say what a tip is before the law", **_STEP)
async def post_classification(tip_id: UUID, body: Classification, call: Edits) -> TipShown:
    return await _do(call, tip_id, lambda tip, doing: classify_tip(tip, body.category, body.note, doing))


@routes.edit("POST", "/v1/tips/{tip_id}/assign", summary="Give a tip to the unit that looks into it", **_STEP)
async def post_assignment(tip_id: UUID, body: Assignment, call: Edits) -> TipShown:
    return await _do(call, tip_id, lambda tip, doing: assign_tip(tip, _unit(call, body.to), body.note, doing))


@routes.edit("POST", "/v1/tips/{tip_id}/transfer", summary="Hand a tip over to the competent unit", **_STEP)
async def post_transfer(tip_id: UUID, body: Transfer, call: Edits) -> TipShown:
    return await _do(
        call, tip_id, lambda tip, doing: transfer_tip(tip, _unit(call, body.to), body.ground, body.note, doing)
    )


@routes.edit("POST", "/v1/tips/{tip_id}/resolve", summary="Say what was found", **_STEP)
async def post_resolution(tip_id: UUID, body: Resolution, call: Edits) -> TipShown:
    return await _do(call, tip_id, lambda tip, doing: resolve_tip(tip, body.outcome, body.note, doing))


@routes.edit("POST", "/v1/tips/{tip_id}/close", summary="Close a tip", **_STEP)
async def post_closing(tip_id: UUID, body: Closing, call: Edits) -> TipShown:
    return await _do(call, tip_id, lambda tip, doing: close_tip(tip, body.note, doing))


async def _do(call: EditCall, tip_id: UUID, act: Callable[[Any, Doing], Awaitable[None]]) -> TipShown:
    async def effect(tx: Write) -> None:
        tip = await get_tip(tx, tip_id)
        call.must_match(tip.etag)
        doing = Doing(tx, call.actor, call.arrived_at, call.reference.calendar, keys_in(call).vault)
        await act(tip, doing)

    await call.write(effect)
    async with call.service.database.read() as read:
        return await answer_tip(call, read, await get_tip(read, tip_id))


def _unit(call: EditCall, code: str) -> UnitId:
    today = legal_day(call.arrived_at)
    found = call.reference.tree.find(code, today)
    if found is None:
        raise UnitUnknown(unit=code, day=today.isoformat())
    return found.id
