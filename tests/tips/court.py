"""A competent body outside: it has a key, is registered by a unit, and opens what it gets without the product."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lanhmanh.package_open import Said, opened
from tests.tips.desk import Desk

NAME = "Tòa án nhân dân khu vực 1"


@dataclass
class Court:
    """A body with a key of its own."""

    key: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate)

    @property
    def public(self) -> bytes:
        """Return the key that it gives away."""
        return self.key.public_key().public_bytes_raw()

    def told(self, unit: str) -> dict[str, Any]:
        """Return what a unit registers."""
        return {"unit": unit, "name": NAME, "public_key": b64encode(self.public).decode()}

    async def registered(self, desk: Desk, *, unit: str | None = None) -> str:
        """Have a unit register it, and return its id."""
        own = desk.headers(Idempotency_Key=f"body-{uuid4()}")
        answer = await desk.client.post("/v1/tips/bodies", json=self.told(unit or desk.unit), headers=own)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["body_id"])

    def read(self, package: Said) -> Said:
        """Open a package, and return what it says."""
        return opened(package, self.key).said
