"""Route on a service's keys: which there are, and how much each of them wraps. Never the keys themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from runtime.crypto.key_file import Stage, Use
from runtime.http.declaration import UnitRule
from runtime.http.routes import Reads, Routes


class KeyShown(BaseModel):
    """A key of the service."""

    key_id: str
    use: Use = Field(description="`enc` wraps keys of data, `sig` signs receipts.")
    stage: Stage = Field(description="`next` is known and not used yet; `old` stays for what was done with it.")
    begins_at: datetime | None = Field(description="From when on it is used, where its file says so.")
    wrapped: int | None = Field(description="Keys of data that it wraps; none for a key that signs.")


class KeysShown(BaseModel):
    """The keys that the replica that answers has read."""

    keys: Sequence[KeyShown]
    unknown: int = Field(description="Keys of data that none of these wraps: what they sealed cannot be opened.")


def key_routes(service: str) -> Routes:
    """Return the route of one service. Its operators call it; it concerns no unit."""
    routes = Routes(service, "operations")

    @routes.read(
        f"/v1/operations/{service}/keys",
        scope=f"{service}:operate",
        units=UnitRule.ANY,
        response_model=KeysShown,
        summary="The service's keys, and how much each wraps",
    )
    async def get_keys(call: Reads) -> KeysShown:
        assert call.service.rewrapper is not None  # noqa: S101 - the route is there for those that have one
        counted = await call.service.rewrapper.count()
        shown = [
            KeyShown(
                key_id=key.id,
                use=key.use,
                stage=key.stage,
                begins_at=key.begins_at,
                wrapped=counted.by_key.get(key.id, 0) if key.use is Use.WRAP else None,
            )
            for key in call.service.rewrapper.keys.known()
        ]
        return KeysShown(keys=shown, unknown=counted.unknown)

    return routes
