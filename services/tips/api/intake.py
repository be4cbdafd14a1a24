"""Tips come in: signed by a hotline, or entered by an officer. The answer comes when they are durable."""

from __future__ import annotations

from pydantic import ValidationError

from kernel.clock import legal_day
from runtime.batch import Batch
from runtime.http.call import OpenCall
from runtime.http.declaration import UnitRule
from runtime.http.request_once import Made
from runtime.http.routes import Creates, Open, Routes, SignedCreates
from services.tips.api.receiving import Arrival, as_json, receiver_by_code, receiver_of, to_intake
from services.tips.api.tip_shapes import HotlineTip, NewTip, Receipt, ReceiptKeys
from services.tips.api.tip_views import answer_receipt, keys_in
from services.tips.domain.refusals import UnitUnknown
from services.tips.usecases.receive_tips import Intake

routes = Routes("tips", "intake")


@routes.signed(
    "/v1/tips/hotline/{sender}",
    body=HotlineTip,
    response_model=Receipt,
    summary="Send a signed tip (Standard Webhooks)",
)
async def post_hotline_tip(call: SignedCreates) -> Receipt:
    intake = to_intake(call, call.sent, _read(call))
    return await answer_receipt(call, call.answered_with(await _queue(call).run(intake)))


@routes.create(
    "/v1/tips",
    scope="tips:intake",
    units=UnitRule.ACTS_FOR,
    response_model=Receipt,
    summary="Enter a tip for somebody who called, came or wrote",
)
async def post_tip(body: NewTip, call: Creates) -> Receipt:
    unit = receiver_by_code(call, body.unit)
    if unit is None:
        raise UnitUnknown(unit=body.unit, day=legal_day(call.arrived_at).isoformat())
    call.actor.must_act_for(unit.id)
    arrival = Arrival(
        unit, body.channel, as_json(body.content), None if body.informant is None else as_json(body.informant)
    )
    tip_id = await call.once_among(_queue(call), to_intake(call, call.sent, arrival))
    return await answer_receipt(call, tip_id)


@routes.public(
    "/v1/tips/receipt-keys", response_model=ReceiptKeys, summary="Keys with which anyone can check a receipt"
)
async def get_receipt_keys(call: Open) -> ReceiptKeys:
    return ReceiptKeys.model_validate(keys_in(call).public())


def _queue(call: OpenCall) -> Batch[Intake, Made]:
    queue: Batch[Intake, Made] = call.request.app.state.service.intake
    return queue


def _read(call: SignedCreates) -> Arrival:
    """Read what a sender signed. What cannot be read is a tip all the same: the bytes are kept as they came."""
    try:
        tip = HotlineTip.model_validate_json(call.body)
    except ValidationError:
        return _unreadable(call)
    unit = receiver_of(call) if tip.unit is None else receiver_by_code(call, tip.unit)
    if unit is None:
        return _unreadable(call)
    return Arrival(unit, "hotline", as_json(tip.content), None if tip.informant is None else as_json(tip.informant))


def _unreadable(call: SignedCreates) -> Arrival:
    return Arrival(receiver_of(call), "hotline", call.body, None, readable=False)
