"""A tip goes to a body outside of this system: sealed for it, and with nothing of who gave the tip."""

from __future__ import annotations

from base64 import b64encode
from uuid import UUID

from runtime.database import Write
from runtime.http.declaration import UnitRule
from runtime.http.routes import Edits, Routes
from services.tips.api.body_shapes import NewPackage, PackageSealed
from services.tips.api.tip_views import keys_in
from services.tips.store.tips import get_tip
from services.tips.usecases.forward_tip import Forwarding, forward_tip
from services.tips.usecases.move_tip import Doing
from services.tips.usecases.seal_package import Package

routes = Routes("tips", "bodies")


@routes.edit(
    "POST",
    "/v1/tips/{tip_id}/packages",
    scope="tips:content",
    units=UnitRule.ACTS_FOR,
    response_model=PackageSealed,
    summary="Forward a tip to a body outside: what an officer says of it, sealed for that body; the reading is kept",
)
async def post_package(tip_id: UUID, body: NewPackage, call: Edits) -> PackageSealed:
    keys, forwarding = keys_in(call), Forwarding(body.body_id, body.text, body.ground)

    async def effect(tx: Write) -> Package:
        tip = await get_tip(tx, tip_id)
        call.must_match(tip.etag)
        doing = Doing(tx, call.actor, call.arrived_at, call.reference.calendar, keys.vault)
        return await forward_tip(tip, forwarding, doing, keys)

    package = await call.write(effect)
    return PackageSealed(
        number=package.number,
        key=package.fingerprint,
        sealed=b64encode(package.sealed).decode(),
        digest=package.digest,
    )
