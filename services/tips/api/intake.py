"""Tips come in: signed by a hotline, entered by an officer, sent by anybody. The answer comes when they are durable."""

from __future__ import annotations

from pydantic import ValidationError

from runtime.batch import Batch
from runtime.http.call import Call, OpenCall
from runtime.http.declaration import UnitRule
from runtime.http.routes import Creates, Open, OpenCreates, Routes, SignedCreates
from services.tips.api.receiving import (
    Arrival,
    as_json,
    informant_part,
    named_receiver,
    receiver_by_code,
    receiver_of,
    to_intake,
)
from services.tips.api.tip_shapes import HotlineTip, NewTip, PublicTip, Receipt, ReceiptKeys
from services.tips.api.tip_views import keys_in, receipt_of
from services.tips.usecases.receive_tips import Intake, Received

routes = Routes("tips", "intake")


@routes.signed(
    "/v1/tips/hotline/{sender}",
    body=HotlineTip,
    response_model=Receipt,
    summary="Send a signed tip (Standard Webhooks)",
)
async def post_hotline_tip(call: SignedCreates) -> Receipt:
    intake = to_intake(call, call.sent, _read(call))
    return receipt_of(call, await queue_of(call).run(intake))


@routes.create(
    "/v1/tips",
    scope="tips:intake",
    units=UnitRule.ACTS_FOR,
    response_model=Receipt,
    summary="Enter a tip for somebody who called, came or wrote",
)
async def post_tip(body: NewTip, call: Creates) -> Receipt:
    return receipt_of(call, await call.once_among(queue_of(call), to_intake(call, call.sent, arrival_of(call, body))))


@routes.public_create("/v1/tips/form", response_model=Receipt, summary="Send a tip, with a name or without")
async def post_public_tip(body: PublicTip, call: OpenCreates) -> Receipt:
    arrival = Arrival(named_receiver(call, body.unit), "form", as_json(body.content), informant_part(body.informant))
    return receipt_of(call, await queue_of(call).run(to_intake(call, call.sent, arrival)))


@routes.public(
    "/v1/tips/receipt-keys", response_model=ReceiptKeys, summary="Keys with which anyone can check a receipt"
)
async def get_receipt_keys(call: Open) -> ReceiptKeys:
    return ReceiptKeys.model_validate(keys_in(call).public())


def arrival_of(call: Call, tip: NewTip) -> Arrival:
    """Return a tip that an officer enters, who acts for its unit; what a village notices goes to any unit above it.

    Raises:
        UnitUnknown: No unit has, or had, the code.
        UnitOutside: The officer does not act for it.
    """
    unit, own = named_receiver(call, tip.unit), call.actor.unit()
    from_below = tip.channel == "village" and call.reference.tree.is_within(own, unit.id, call.actor.on)
    call.actor.must_act_for(own if from_below else unit.id)
    return Arrival(unit, tip.channel, as_json(tip.content), informant_part(tip.informant))


def queue_of(call: OpenCall) -> Batch[Intake, Received]:
    """Return where tips wait for their transaction."""
    queue: Batch[Intake, Received] = call.request.app.state.service.intake
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
    return Arrival(unit, "hotline", as_json(tip.content), informant_part(tip.informant))


def _unreadable(call: SignedCreates) -> Arrival:
    return Arrival(receiver_of(call), "hotline", call.body, None, readable=False)
