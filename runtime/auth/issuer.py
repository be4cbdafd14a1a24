"""Issue tokens for development, in the shape a real OIDC issuer gives them. Refuses to exist in production."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import KeySet, KeySetSerialization, RSAKey

from kernel.clock import Clock, to_micros
from kernel.ids import new_id
from kernel.problems import Fault, Words
from runtime.auth.key_folder import ensure_client_secret, ensure_signing_key
from runtime.auth.principal import forbid_conflict

AUDIENCE = "lanhmanh"
LIFETIME = timedelta(hours=1)


class DevelopmentIssuerForbidden(Fault):
    """Whoever can read a development key can be anybody."""

    code = "development_issuer_forbidden"
    vi = Words(
        "Không được dùng hệ thống cấp mã thử nghiệm",
        "LANHMANH_ENV là `production`: không dùng khóa thử nghiệm.",
        "Cấu hình một hệ thống cấp mã OIDC thật.",
    )
    en = Words(
        "Development issuer forbidden",
        "LANHMANH_ENV is `production`: development keys are not used there.",
        "Configure a real OIDC issuer.",
    )


def forbid_in_production(env: str) -> None:
    """Pass unless `env`, the value of LANHMANH_ENV, is `production`.

    Raises:
        DevelopmentIssuerForbidden: It is.
    """
    if env.strip().lower() == "production":
        raise DevelopmentIssuerForbidden


@dataclass(frozen=True)
class DevelopmentIssuer:
    """Signs tokens with the key of a folder. Made by `open_issuer`."""

    url: str
    """The `iss` of its tokens, without a slash at the end."""
    audience: str
    key: RSAKey
    client_secret: str
    clock: Clock

    def mint(self, client_id: str, *, scopes: Iterable[str], unit: str, lifetime: timedelta = LIFETIME) -> str:
        """Return a signed token for a client that acts for the unit with this code.

        Raises:
            ScopesConflict: No one may hold these scopes together.
        """
        granted = sorted(set(scopes))
        forbid_conflict(granted)
        now = to_micros(self.clock.now()) // 1_000_000
        claims = {
            "iss": self.url,
            "aud": self.audience,
            "sub": client_id,
            "client_id": client_id,
            "scope": " ".join(granted),
            "unit": unit,
            "jti": str(new_id(self.clock)),
            "iat": now,
            "nbf": now,
            "exp": now + int(lifetime.total_seconds()),
        }
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key, default_type="at+jwt")

    def is_client_secret(self, offered: str) -> bool:
        """Compare in constant time."""
        return secrets.compare_digest(offered.encode(), self.client_secret.encode())

    async def jwks(self) -> KeySetSerialization:
        """Return the public keys: what `/jwks.json` serves, and what a verifier in the same process asks for."""
        return KeySet([self.key]).as_dict(private=False)


def open_issuer(folder: Path, *, url: str, env: str, clock: Clock, audience: str = AUDIENCE) -> DevelopmentIssuer:
    """Return the development issuer whose key and client secret lie in a folder (both made on first use).

    Raises:
        DevelopmentIssuerForbidden: `env`, the value of LANHMANH_ENV, is `production`.
        KeyFileExposed: A key file can be read by others.
    """
    forbid_in_production(env)
    return DevelopmentIssuer(
        url=url.rstrip("/"),
        audience=audience,
        key=ensure_signing_key(folder),
        client_secret=ensure_client_secret(folder),
        clock=clock,
    )
