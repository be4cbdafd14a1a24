"""What happens to a tip on its way: classified, assigned, verified, resolved or handed over, closed."""

from __future__ import annotations

from uuid import UUID

from runtime.http.routes import Edits, Routes
from services.tips.api.act_shapes import (
    Assignment,
    Classification,
    Closing,
    HandingOver,
    NonAcceptance,
    Reclassification,
    Resolution,
    Transfer,
    Verification,
)
from services.tips.api.acting import ACT, do, unit_today
from services.tips.api.tip_shapes import TipShown
from services.tips.usecases.assign_tip import assign_tip
from services.tips.usecases.classify_tip import classify_tip
from services.tips.usecases.close_tip import close_tip
from services.tips.usecases.hand_over_tip import Handover, hand_over_tip
from services.tips.usecases.not_accept_tip import not_accept_tip
from services.tips.usecases.reclassify_tip import reclassify_tip
from services.tips.usecases.resolve_tip import resolve_tip
from services.tips.usecases.transfer_tip import transfer_tip
from services.tips.usecases.verify_tip import verify_tip

routes = Routes("tips", "tips")


@routes.edit("POST", "/v1/tips/{tip_id}/classify", summary="Say what a tip is before the law", **ACT)
async def post_classification(tip_id: UUID, body: Classification, call: Edits) -> TipShown:
    return await do(call, tip_id, lambda tip, doing: classify_tip(tip, body.to_finding(), body.note, doing))


@routes.edit("POST", "/v1/tips/{tip_id}/reclassify", summary="Say that a tip is something else, and why", **ACT)
async def post_reclassification(tip_id: UUID, body: Reclassification, call: Edits) -> TipShown:
    return await do(
        call, tip_id, lambda tip, doing: reclassify_tip(tip, body.to_finding(), body.ground, body.note, doing)
    )


@routes.edit("POST", "/v1/tips/{tip_id}/assign", summary="Give a tip to the unit that looks into it", **ACT)
async def post_assignment(tip_id: UUID, body: Assignment, call: Edits) -> TipShown:
    return await do(call, tip_id, lambda tip, doing: assign_tip(tip, unit_today(call, body.to), body.note, doing))


@routes.edit("POST", "/v1/tips/{tip_id}/verify", summary="Begin to verify what a tip says", **ACT)
async def post_verification(tip_id: UUID, body: Verification, call: Edits) -> TipShown:
    return await do(call, tip_id, lambda tip, doing: verify_tip(tip, body.note, doing))


@routes.edit("POST", "/v1/tips/{tip_id}/transfer", summary="Transfer a tip to the competent unit", **ACT)
async def post_transfer(tip_id: UUID, body: Transfer, call: Edits) -> TipShown:
    return await do(
        call, tip_id, lambda tip, doing: transfer_tip(tip, unit_today(call, body.to), body.ground, body.note, doing)
    )


@routes.edit("POST", "/v1/tips/{tip_id}/hand_over", summary="Hand a tip over to a body outside of this system", **ACT)
async def post_handing_over(tip_id: UUID, body: HandingOver, call: Edits) -> TipShown:
    handover = Handover(body.body, body.ground, body.reference, body.received_on, body.package)
    return await do(call, tip_id, lambda tip, doing: hand_over_tip(tip, handover, body.note, doing))


@routes.edit("POST", "/v1/tips/{tip_id}/not_accept", summary="Do not accept a tip, on a ground of the law", **ACT)
async def post_non_acceptance(tip_id: UUID, body: NonAcceptance, call: Edits) -> TipShown:
    return await do(call, tip_id, lambda tip, doing: not_accept_tip(tip, body.ground, body.note, doing))


@routes.edit("POST", "/v1/tips/{tip_id}/resolve", summary="Say what was found", **ACT)
async def post_resolution(tip_id: UUID, body: Resolution, call: Edits) -> TipShown:
    return await do(call, tip_id, lambda tip, doing: resolve_tip(tip, body.outcome, body.note, doing))


@routes.edit("POST", "/v1/tips/{tip_id}/close", summary="Close a tip", **ACT)
async def post_closing(tip_id: UUID, body: Closing, call: Edits) -> TipShown:
    return await do(call, tip_id, lambda tip, doing: close_tip(tip, body.note, doing))
