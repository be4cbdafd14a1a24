"""Make an intake of what arrived: find the unit that receives it, seal it, and start its clock."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import msgspec
from pydantic import BaseModel

from kernel.clock import legal_day
from kernel.ids import new_id
from kernel.units import Unit
from runtime.http.call import OpenCall, SignedCall
from runtime.http.request_once import Sent
from runtime.telemetry.trace import current_traceparent
from services.tips.api.tip_shapes import Informant
from services.tips.api.tip_views import keys_in
from services.tips.domain.deadline import Progress, deadlines, next_due
from services.tips.domain.follow_up import code_of, digest_of_code
from services.tips.domain.refusals import NobodyReceives, UnitUnknown
from services.tips.law.clocks import limits_of
from services.tips.usecases.receive_tips import Intake
from services.tips.usecases.seal_tip import seal_content, seal_informant

_SALT_BYTES = 32
_RETRY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Arrival:
    """A tip as it arrived."""

    unit: Unit
    channel: str
    content: bytes
    informant: bytes | None
    readable: bool = True


def to_intake(call: OpenCall, sent: Sent, arrival: Arrival) -> Intake:
    """Seal what arrived. From here on nothing but the vault can read it."""
    keys, at = keys_in(call), call.arrived_at
    tip_id = new_id(call.service.clock)
    limits = limits_of(None, legal_day(at))
    first = next_due(deadlines(limits, Progress(at), call.reference.calendar), at)
    return Intake(
        sent=sent,
        tip_id=tip_id,
        unit_id=arrival.unit.id,
        unit_code=arrival.unit.code,
        channel=arrival.channel,
        readable=arrival.readable,
        received_at=at,
        due_at=None if first is None else first.due_at,
        content=seal_content(keys.vault, tip_id, arrival.content),
        informant=None if arrival.informant is None else seal_informant(keys.vault, tip_id, arrival.informant),
        informant_known=_says_who(arrival.informant),
        salt=secrets.token_bytes(_SALT_BYTES),
        signing_key=keys.signing_key_id,
        follow_up=digest_of_code(code_of(call.service.digest_secret, tip_id)),
        traceparent=current_traceparent(),
    )


def _says_who(informant: bytes | None) -> bool:
    """Say whether there is somebody to be told of the tip: more than why they would not say who they are."""
    return informant is not None and bool(msgspec.json.decode(informant).keys() - {"refused_because"})


def receiver_by_code(call: OpenCall, code: str) -> Unit | None:
    """Return the unit with a code on the day of the receipt, or who bears the duties of the last one that had it."""
    tree, today = call.reference.tree, legal_day(call.arrived_at)
    found = tree.find(code, today)
    if found is not None:
        return found
    gone = max((unit for unit in tree if unit.code == code), key=lambda unit: unit.valid_from, default=None)
    heir = None if gone is None else tree.bearer(gone.id, today)
    return None if heir is None else tree.get(heir)


def named_receiver(call: OpenCall, code: str | None) -> Unit:
    """Return the unit with a code that somebody named, who can be told of a mistake; the root of all without one.

    Raises:
        UnitUnknown: No unit has, or had, the code.
        NobodyReceives: No unit is known at all yet.
    """
    if code is None:
        return _root(call)
    found = receiver_by_code(call, code)
    if found is None:
        raise UnitUnknown(unit=code, day=legal_day(call.arrived_at).isoformat())
    return found


def receiver_of(call: SignedCall) -> Unit:
    """Return the unit for which a sender sends; if its code is unknown, the root of all: no tip is lost for that.

    Raises:
        NobodyReceives: No unit is known at all yet.
    """
    return receiver_by_code(call, call.sender.unit) or _root(call)


def _root(call: OpenCall) -> Unit:
    roots = call.reference.tree.on(legal_day(call.arrived_at)).order
    if not roots:
        raise NobodyReceives(retry_after=_RETRY_SECONDS)
    return call.reference.tree.get(roots[0])


def informant_part(informant: Informant | None) -> bytes | None:
    """Return who said it as it is sealed, if anybody is known."""
    return None if informant is None else as_json(informant)


def as_json(part: BaseModel) -> bytes:
    """Return a part of a body as it is sealed."""
    return part.model_dump_json(exclude_none=True).encode()
