"""Forward a tip to a competent body outside: an officer's words, the receipt, and nothing of who gave the tip.

Neither what the tip says nor who said it is read here: what goes out is what the officer has gone over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.clock import as_utc
from kernel.ids import UnitId
from runtime.crypto import ServiceKeys
from services.tips.domain.body import BodyUnknown, is_vouched_for
from services.tips.domain.refusals import ContentDestroyed
from services.tips.domain.tip import Act
from services.tips.ledger.receipt import statement_of
from services.tips.store.bodies import get_body
from services.tips.store.readings import ReadingKind
from services.tips.usecases.move_tip import Doing, Move, ensure_possible, move_tip
from services.tips.usecases.read_content import keep_reading
from services.tips.usecases.seal_package import Package, seal_package, sign
from services.tips.usecases.trust_key import ensure_trusted


@dataclass(frozen=True, slots=True)
class Forwarding:
    """To whom, what, and by which ground."""

    body_id: UUID
    text: str
    """What the body is to know, in the officer's words."""
    ground: str


async def forward_tip(tip: Any, forwarding: Forwarding, doing: Doing, keys: ServiceKeys) -> Package:
    """Return a package for a body. Of what is in it only the digest is kept, and the reading before anybody sees it.

    Raises:
        UnitOutside: The caller does not act for the responsible unit.
        ContentDestroyed: What the tip says is gone.
        TransitionIllegal: It can be handed over to nobody, and was not.
        BodyUnknown: Neither the responsible unit nor one above it has registered the body.
        BodyRevoked: One of them has revoked the body's key.
    """
    doing.actor.must_act_for(UnitId(tip.responsible_id))
    if tip.destroyed_at is not None:
        raise ContentDestroyed
    ensure_possible(tip, Act.FORWARD, doing)
    body = await _trusted(tip, forwarding.body_id, doing)
    package = seal_package(tip.number, _said(tip, forwarding, doing, keys), body.public_key, keys)
    facts = {"body": body.name, "body_id": str(body.id), "ground": forwarding.ground, "package": package.digest}
    await keep_reading(tip, ReadingKind.PACKAGE, tx=doing.tx, actor=doing.actor, at=doing.at)
    await move_tip(tip, Move(Act.FORWARD, facts=facts), doing)
    return package


async def _trusted(tip: Any, body_id: UUID, doing: Doing) -> Any:
    body, actor, unit = await get_body(doing.tx, body_id), doing.actor, UnitId(tip.responsible_id)
    if not is_vouched_for(UnitId(body.unit_id), unit, actor.tree, actor.on):
        raise BodyUnknown(body=body_id)
    await ensure_trusted(body.fingerprint, unit, read=doing.tx, actor=actor)
    return body


def _said(tip: Any, forwarding: Forwarding, doing: Doing, keys: ServiceKeys) -> dict[str, Any]:
    """Return what the body reads, in this order."""
    receipt = _receipt_of(tip, doing, keys)
    return {
        "number": tip.number,
        "unit": receipt["unit"],
        "category": tip.category,
        "received_at": receipt["received_at"],
        "text": forwarding.text,
        "ground": forwarding.ground,
        "forwarded_by": doing.actor.code,
        "forwarded_at": _written(doing.at),
        "receipt": receipt,
    }


def _receipt_of(tip: Any, doing: Doing, keys: ServiceKeys) -> dict[str, str]:
    """Return the receipt as it was given, but for the follow-up code: that is the informant's alone."""
    unit = doing.actor.tree.get(UnitId(tip.unit_id)).code
    said = statement_of(unit=unit, number=tip.number, leaf=tip.leaf, received_at=tip.received_at)
    known = {"tip_id": str(tip.id), "number": tip.number, "unit": unit, "received_at": _written(tip.received_at)}
    return {**known, "leaf": tip.leaf.hex(), **sign(said, tip.signing_key, keys)}


def _written(t: datetime) -> str:
    return as_utc(t).isoformat(timespec="microseconds")
