"""How bodies outside of this system are registered and shown, and how a tip is forwarded to one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from contracts.unit import UnitCode
from services.tips.api.act_shapes import Ground, Named
from services.tips.api.tip_shapes import Text

_BODY: JsonDict = {
    "unit": "68",
    "name": "Viện kiểm sát nhân dân khu vực 1",
    "public_key": "CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
}
_PACKAGE: JsonDict = {
    "body_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "text": "Một cơ sở lưu trú tại phường Bình Thuận có dấu hiệu hoạt động trái phép vào các tối cuối tuần.",
    "ground": "TTLT 01/2017, Điều 8.2",
}


class NewBody(BaseModel):
    """A competent body, and the key that packages for it are sealed to."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_BODY]})

    unit: UnitCode = Field(description="The unit that vouches for the key, for itself and those below it.")
    name: Named
    public_key: Annotated[
        str,
        Field(
            pattern="^[A-Za-z0-9+/]{43}=$",
            description="X25519 (RFC 7748), 32 bytes, base64. Compare its fingerprint with the body before, by another "
            "way than the key came.",
        ),
    ]


class BodyMade(BaseModel):
    """A body that was registered."""

    body_id: UUID
    fingerprint: str = Field(description="SHA-256 of the key, hex.")
    registered_at: datetime


class BodyShown(BodyMade):
    """A body as it stands."""

    unit: str = Field(description="The unit that vouches for the key.")
    name: str
    public_key: str = Field(description="X25519, base64.")
    registered_by: str
    revoked_at: datetime | None = Field(description="Since when nothing is sealed to it any more.")
    revoked_by: str | None
    revision: int


class NewPackage(BaseModel):
    """What a body is to know of a tip: the officer's words, never those of the tip as they came."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_PACKAGE]})

    body_id: UUID
    text: Text = Field(description="Gone over: nothing in it tells who gave the tip.")
    ground: Ground


class PackageSealed(BaseModel):
    """A package, which is kept nowhere: hand it to the body as it is."""

    number: str = Field(description="The tip's. What is sealed is bound to it.")
    key: str = Field(description="Fingerprint of the key that it is sealed to: SHA-256, hex.")
    sealed: str = Field(
        description="Base64 of the encapsulated key (32 bytes) and the ciphertext: HPKE (RFC 9180), base mode, "
        "DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM."
    )
    digest: str = Field(description="SHA-256 of what is sealed, hex: by it the tip's history knows the package.")
