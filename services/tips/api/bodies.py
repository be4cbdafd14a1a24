"""Competent bodies outside of this system: registered with their keys, listed, and their keys revoked."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kernel.ids import UnitId
from runtime.database import Write
from runtime.http.call import Call, etag_of
from runtime.http.declaration import UnitRule
from runtime.http.following import changes_of, next_of, place_of
from runtime.http.pages import Changes, Page
from runtime.http.routes import Creates, Edits, Lists, Routes
from services.tips.api.acting import unit_today
from services.tips.api.body_shapes import BodyMade, BodyShown, NewBody
from services.tips.api.tip_views import code_of
from services.tips.domain.body import is_vouched_for
from services.tips.store.bodies import changed_bodies, get_body, list_page
from services.tips.usecases.register_body import register_body
from services.tips.usecases.revoke_body import revoke_body

routes = Routes("tips", "bodies")
_PATH = "/v1/tips/bodies"


@routes.create(
    _PATH,
    scope="tips:bodies",
    units=UnitRule.ACTS_FOR,
    response_model=BodyMade,
    summary="Register a body outside of this system, with the key that packages for it are sealed to",
)
async def post_body(body: NewBody, call: Creates) -> BodyMade:
    unit, key = unit_today(call, body.unit), b64decode(body.public_key)

    async def effect(tx: Write) -> UUID:
        return await register_body(unit, body.name, key, tx=tx, actor=call.actor, at=call.arrived_at)

    body_id = await call.once(effect)
    async with call.service.database.read() as read:
        row = await get_body(read, body_id)
    call.response.headers["ETag"] = etag_of(row.etag)
    return BodyMade(body_id=body_id, fingerprint=row.fingerprint, registered_at=row.registered_at)


@routes.list(
    _PATH, scope="tips:read", units=UnitRule.WITHIN, response_model=None, summary="List bodies outside of this system",
    responses={200: {"model": Page[BodyShown] | Changes[BodyShown]}},
)  # fmt: skip
async def get_bodies(call: Lists) -> Page[BodyShown] | Changes[BodyShown]:
    async with call.service.database.read() as read:
        if call.after is not None:
            found = await changed_bodies(read, call.after, call.limit)
            return changes_of(call, found, _readable(call, found.rows))
        rows = await list_page(read, limit=call.limit + 1, beyond=place_of(call, UUID))
    return Page(items=_readable(call, rows[: call.limit]), next_cursor=next_of(call, rows, "id"))


@routes.edit(
    "POST",
    _PATH + "/{body_id}/revoke",
    scope="tips:bodies",
    units=UnitRule.ACTS_FOR,
    response_model=BodyShown,
    summary="Revoke a body's key, for ever: for the unit that registered it and those below it",
)
async def post_revocation(body_id: UUID, call: Edits) -> BodyShown:
    async def effect(tx: Write) -> None:
        row = await get_body(tx, body_id)
        call.must_match(row.etag)
        await revoke_body(row, tx=tx, actor=call.actor, at=call.arrived_at)

    await call.write(effect)
    async with call.service.database.read() as read:
        row = await get_body(read, body_id)
    call.response.headers["ETag"] = etag_of(row.etag)
    return _shown(call, row)


def _readable(call: Call, rows: Sequence[Any]) -> list[BodyShown]:
    """Return the bodies that the caller's units registered, and those that a unit above vouches for."""
    # A list may be empty: the caller is checked all the same.
    actor, own = call.actor, call.actor.unit()
    actor.must_act_for(own)
    return [
        _shown(call, row)
        for row in rows
        if actor.can_act_for(UnitId(row.unit_id)) or is_vouched_for(UnitId(row.unit_id), own, actor.tree, actor.on)
    ]


def _shown(call: Call, row: Any) -> BodyShown:
    return BodyShown(
        body_id=row.id,
        fingerprint=row.fingerprint,
        registered_at=row.registered_at,
        unit=code_of(call, row.unit_id),
        name=row.name,
        public_key=b64encode(row.public_key).decode(),
        registered_by=row.registered_by,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        revision=row.revision,
    )
