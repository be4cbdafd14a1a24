"""Mails come in, many at once and as they lay in the mailbox. Each is a tip, and none is one twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from runtime.http.call import SignedCall
from runtime.http.request_once import Sent, digest_of
from runtime.http.routes import Routes, SignedCreates
from services.tips.api.intake import queue_of
from services.tips.api.receiving import Arrival, receiver_of, to_intake
from services.tips.api.tip_shapes import Mailbatch, Receipts
from services.tips.api.tip_views import receipt_of
from services.tips.domain.mail import read_mail

routes = Routes("tips", "intake")


@routes.signed(
    "/v1/tips/mailbox/{sender}",
    body=Mailbatch,
    response_model=Receipts,
    summary="Send mails as they came, signed (Standard Webhooks)",
)
async def post_mails(call: SignedCreates) -> Receipts:
    queue = queue_of(call)
    received = await asyncio.gather(
        *(queue.run(to_intake(call, _sent(call, raw), _arrival(call, raw))) for raw in _mails(call))
    )
    return Receipts(receipts=[receipt_of(call, one) for one in received])


def _mails(call: SignedCall) -> Sequence[bytes]:
    """Return the mails of a batch. What is no batch is taken as one mail, for it is authentic."""
    try:
        return Mailbatch.model_validate_json(call.body).messages
    except ValidationError:
        return [call.body]


def _sent(call: SignedCall, raw: bytes) -> Sent:
    """Return a mail's own key: itself. A mailbox that is fetched again brings the same mails in other batches."""
    digest = digest_of(call.service.digest_secret, "mail", call.sender.name, raw)
    return Sent(f"mailbox:{call.sender.name}", digest.hex(), digest)


def _arrival(call: SignedCall, raw: bytes) -> Arrival:
    mail = read_mail(raw)
    if mail is None:
        return Arrival(receiver_of(call), "mailbox", raw, None, readable=False)
    return Arrival(receiver_of(call), "mailbox", _json(mail.content), _json(mail.informant))


def _json(part: dict[str, Any]) -> bytes:
    # Half a pair of surrogates, which damaged headers and UTF-7 leave, is no text that can be shown: it becomes a `?`.
    return json.dumps(part, ensure_ascii=False).encode(errors="replace")
