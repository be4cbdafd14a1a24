"""Verify access tokens (JWT, RFC 7519) and say who is calling."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from kernel.clock import Clock, from_micros
from runtime.auth.keys import KeySource
from runtime.auth.principal import Principal, forbid_conflict
from runtime.auth.refusals import TokenExpired, TokenInvalid, TokenMissing

LEEWAY = timedelta(seconds=30)
"""How far the issuer's clock and ours may disagree."""
REMEMBERED_TOKENS = 4096


class _Signatures(JWSRegistry):
    """The accepted signature algorithms: asymmetric ones only, so that a public key never serves as a secret."""

    def __init__(self) -> None:
        super().__init__(algorithms=("RS256", "ES256", "Ed25519"), strict_check_header=False)

    def get_alg(self, name: str) -> Any:  # joserfc does not export the model's name
        # RFC 9864 renames EdDSA over Ed25519; issuers still write the old name.
        return super().get_alg("Ed25519" if name == "EdDSA" else name)


class _Verified(NamedTuple):
    """A token that was good."""

    principal: Principal
    keys: KeySet
    """The keys it was verified with: once others have been fetched, it is verified again."""
    verified_at: datetime
    """Should the clock step back behind this, it is verified again: it may not have begun yet."""

    def holds(self, keys: KeySet, now: datetime) -> bool:
        return self.keys is keys and self.verified_at <= now


class TokenVerifier:
    """Turns a bearer token into the principal it stands for. One per process, shared by all requests.

    Tokens that were verified are remembered by their SHA-256: a signature costs about 90 µs, a look-up 2 µs.
    """

    def __init__(self, issuer: str, audience: str, keys: KeySource, clock: Clock) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = keys
        self._clock = clock
        self._signatures = _Signatures()
        self._remembered: dict[bytes, _Verified] = {}

    async def ensure_keys(self) -> None:
        """Pass if there are keys to verify tokens with.

        Raises:
            KeysUnavailable: The issuer's keys could not be fetched even once.
        """
        await self._keys.current()

    async def authenticate(self, authorization: str | None) -> Principal:
        """Return the caller named by an `Authorization` header.

        Raises:
            TokenMissing: There is no header, or it is of another scheme than Bearer.
            TokenInvalid, TokenExpired, ScopesConflict, KeysUnavailable: As `verify`.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise TokenMissing
        return await self.verify(token.strip())

    async def verify(self, token: str) -> Principal:
        """Return the principal that a token stands for.

        Raises:
            TokenInvalid: Its form, signature, issuer, audience, beginning or claims are not acceptable.
            TokenExpired: It was good once.
            ScopesConflict: It carries scopes that no one may hold together.
            KeysUnavailable: The issuer's keys could not be fetched even once.
        """
        digest = sha256(token.encode("utf-8", "surrogatepass")).digest()
        keys = await self._keys.current()
        known = self._remembered.get(digest)
        if known is None or not known.holds(keys, self._clock.now()):
            known = await self._verify_anew(token, keys)
            self._remember(digest, known)
        if self._clock.now() >= known.principal.expires_at + LEEWAY:
            del self._remembered[digest]
            raise TokenExpired(expired_at=known.principal.expires_at.isoformat())
        return known.principal

    async def _verify_anew(self, token: str, keys: KeySet) -> _Verified:
        try:
            claims = self._signed_claims(token, keys)
        except InvalidKeyIdError:
            # The issuer may have begun to use a new key since.
            keys = await self._keys.fetched_anew()
            try:
                claims = self._signed_claims(token, keys)
            except InvalidKeyIdError:
                raise TokenInvalid(part="kid") from None
        self._check(claims)
        principal = _principal_of(claims, token)
        forbid_conflict(principal.scopes)
        return _Verified(principal, keys, self._clock.now())

    def _signed_claims(self, token: str, keys: KeySet) -> dict[str, Any]:
        try:
            return jwt.decode(token, keys, registry=self._signatures).claims
        except InvalidKeyIdError:
            raise
        except BadSignatureError:
            raise TokenInvalid(part="signature") from None
        except UnsupportedAlgorithmError:
            raise TokenInvalid(part="alg") from None
        except (JoseError, ValueError, TypeError):
            raise TokenInvalid(part="format") from None

    def _check(self, claims: dict[str, Any]) -> None:
        rules = jwt.JWTClaimsRegistry(
            now=int(self._clock.now().timestamp()),
            leeway=int(LEEWAY.total_seconds()),
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
        )
        try:
            rules.validate(claims)
        except ExpiredTokenError:
            raise TokenExpired(expired_at=_instant(claims["exp"]).isoformat()) from None
        except (InvalidClaimError, MissingClaimError) as error:
            raise TokenInvalid(part=error.claim) from None

    def _remember(self, digest: bytes, verified: _Verified) -> None:
        self._remembered.pop(digest, None)
        if len(self._remembered) >= REMEMBERED_TOKENS:
            del self._remembered[next(iter(self._remembered))]
        self._remembered[digest] = verified


def _principal_of(claims: dict[str, Any], token: str) -> Principal:
    """Read who calls: RFC 9068, 2.2 for the client, RFC 8693, 4.2 for the scope; `scp` is Microsoft's spelling."""
    scope = claims.get("scope", claims.get("scp", ""))
    return Principal(
        client_id=_text(claims, "client_id", "azp", "sub"),
        scopes=frozenset(scope.split() if isinstance(scope, str) else _texts(scope)),
        unit=_text(claims, "unit"),
        token_id=str(claims.get("jti") or sha256(token.encode()).hexdigest()[:32]),
        expires_at=_instant(claims["exp"]),
    )


def _text(claims: dict[str, Any], *names: str) -> str:
    """Return the first of some claims that is there."""
    value = next((claims[name] for name in names if claims.get(name)), None)
    if not isinstance(value, str):
        raise TokenInvalid(part=names[0])
    return value


def _texts(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TokenInvalid(part="scope")
    return value


def _instant(numeric_date: float) -> datetime:
    try:
        return from_micros(int(numeric_date) * 1_000_000)
    except OverflowError:
        raise TokenInvalid(part="exp") from None
