"""What is noted of a tip beside its way: its clocks suspended or extended, who was told, links and marks."""

from __future__ import annotations

from uuid import UUID

from runtime.http.routes import Edits, Routes
from services.tips.api.act_shapes import ExtensionGranted, Grading, Link, NoticeGiven, Resumption, Retention, Suspension
from services.tips.api.acting import ACT, do
from services.tips.api.tip_shapes import TipShown
from services.tips.usecases.extend_tip import Approval, extend_tip
from services.tips.usecases.grade_tip import grade_tip
from services.tips.usecases.link_tip import link_tip
from services.tips.usecases.notify_tip import notify_tip
from services.tips.usecases.resume_tip import resume_tip
from services.tips.usecases.retain_tip import retain_tip
from services.tips.usecases.suspend_tip import suspend_tip

routes = Routes("tips", "tips")


@routes.edit("POST", "/v1/tips/{tip_id}/suspend", summary="Let the clock of a crime report stand still", **ACT)
async def post_suspension(tip_id: UUID, body: Suspension, call: Edits) -> TipShown:
    return await do(call, tip_id, lambda tip, doing: suspend_tip(tip, body.ground, body.note, doing))


@routes.edit("POST", "/v1/tips/{tip_id}/resume", summary="Let its clock run again", **ACT)
async def post_resumption(tip_id: UUID, body: Resumption, call: Edits) -> TipShown:
    return await do(call, tip_id, lambda tip, doing: resume_tip(tip, body.ground, body.note, doing))


@routes.edit("POST", "/v1/tips/{tip_id}/extend", summary="Extend a limit, as the law allows", **ACT)
async def post_extension(tip_id: UUID, body: ExtensionGranted, call: Edits) -> TipShown:
    approval = Approval(body.kind, body.ground, body.approver)
    return await do(call, tip_id, lambda tip, doing: extend_tip(tip, approval, body.note, doing))


@routes.edit("POST", "/v1/tips/{tip_id}/notify", summary="Note who was told of a tip", **ACT)
async def post_notice(tip_id: UUID, body: NoticeGiven, call: Edits) -> TipShown:
    return await do(call, tip_id, lambda tip, doing: notify_tip(tip, body.notice, body.to, body.note, doing))


@routes.edit("POST", "/v1/tips/{tip_id}/link", summary="Link a tip to one that says the same", **ACT)
async def post_link(tip_id: UUID, body: Link, call: Edits) -> TipShown:
    return await do(call, tip_id, lambda tip, doing: link_tip(tip, body.duplicate_of, body.note, doing))


@routes.edit("POST", "/v1/tips/{tip_id}/retain", summary="Keep its content beyond the usual period, or no more", **ACT)
async def post_retention(tip_id: UUID, body: Retention, call: Edits) -> TipShown:
    return await do(call, tip_id, lambda tip, doing: retain_tip(tip, body.retained, body.ground, body.approver, doing))


@routes.edit("POST", "/v1/tips/{tip_id}/grade", summary="Mark a tip as spam or off the subject", **ACT)
async def post_grade(tip_id: UUID, body: Grading, call: Edits) -> TipShown:
    return await do(call, tip_id, lambda tip, doing: grade_tip(tip, body.grade, body.ground, body.note, doing))
