"""The secrets of webhooks: how they are written, and those of subscriptions, which are derived and never stored."""

from __future__ import annotations

from base64 import b64encode
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret begins with
SECRET_BYTES = 32
_LABEL = b"lanhmanh/webhook-secret/1"


def written(secret: bytes) -> str:
    """Return a secret as it is handed out."""
    return SECRET_PREFIX + b64encode(secret).decode()


def secret_of(service_secret: bytes, subscription_id: UUID, generation: int) -> str:
    """Return one generation of a subscription's secret: the same whenever it is asked for.

    HKDF-SHA256 (RFC 5869) from the service's digest secret: whoever has the database alone cannot sign.
    """
    info = b"|".join((_LABEL, subscription_id.bytes, str(generation).encode()))
    return written(HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=None, info=info).derive(service_secret))
