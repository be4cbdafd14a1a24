"""Sign any token, good or bad, and count how often the public keys are asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, KeySetSerialization, OKPKey, RSAKey

from kernel.clock import SetClock
from runtime.auth.keys import KeySource
from runtime.auth.verifier import TokenVerifier

ISSUER = "https://id.harbour.example"
NOON = datetime(2025, 6, 14, 5, 0, tzinfo=UTC)

Key = RSAKey | ECKey | OKPKey


@cache
def rsa_key(name: str = "first") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name})


@cache
def elliptic_key() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "elliptic"})


@cache
def edwards_key() -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": "edwards"})


def claims(**changed: Any) -> dict[str, Any]:
    """Return the claims of a good token; a claim changed to None is left out."""
    now = int(NOON.timestamp())
    good = {
        "iss": ISSUER,
        "aud": "lanhmanh",
        "sub": "harbour-office-7",
        "client_id": "harbour-office-7",
        "scope": "reports:submit plans:read",
        "unit": "15187",
        "jti": "token-1",
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
    }
    return {name: value for name, value in (good | changed).items() if value is not None}


def sign(content: dict[str, Any], key: Key | None = None, alg: str = "RS256", kid: str | None = None) -> str:
    key = key or rsa_key()
    return jwt.encode({"alg": alg, "kid": kid or key.kid}, content, key, algorithms=[alg])


class PublishedKeys:
    """An issuer's JWK set that a test can change."""

    def __init__(self, *keys: Key) -> None:
        self.keys = list(keys)
        self.fetches = 0
        self.failure: Exception | None = None

    async def fetch(self) -> KeySetSerialization:
        self.fetches += 1
        if self.failure:
            raise self.failure
        return KeySet(list(self.keys)).as_dict(private=False)


class Verification:
    """A verifier with the clock and the keys it looks at."""

    def __init__(self, *keys: Key) -> None:
        self.clock = SetClock(NOON)
        self.published = PublishedKeys(*(keys or (rsa_key(),)))
        self.source = KeySource(self.published.fetch, self.clock)
        self.verifier = TokenVerifier(ISSUER, "lanhmanh", self.source, self.clock)

    def pass_time(self, **duration: float) -> None:
        self.clock.advance(timedelta(**duration))
