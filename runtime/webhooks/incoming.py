"""Check who signed a request that cannot come with a token: Standard Webhooks 1.0.0, HMAC-SHA256 or Ed25519.

The official library reads the machine's clock and takes text only; a hotline's bytes must be verified as they came,
against the clock that everything else here uses. It signs what goes out, and what a sender sends in tests and examples.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kernel.clock import to_micros
from kernel.problems import Fault, Words
from runtime.auth.key_folder import ensure_secret_file, read_secret_file
from runtime.auth.refusals import Unauthenticated
from runtime.webhooks.secret import SECRET_BYTES, SECRET_PREFIX, written

TOLERANCE = timedelta(minutes=5)
"""How old a signature may be, or how far in the future: what is intercepted later is worth nothing."""
SENDERS_FILE = "senders.json"
"""In the key folder, where senders are made for development."""
DEVELOPMENT_SENDER = "development"
"""The one that is made."""
_BY_SECRET, _BY_KEY = "v1", "v1a"
"""How a signature was made: with a secret that both know, or with a key of which we know the public half."""
_PUBLIC_PREFIX = "whpk_"


class SignatureMissing(Unauthenticated):
    """One of the three headers is not there."""

    code = "signature_missing"
    vi = Words("Chưa ký", "Yêu cầu thiếu `{header}`.", "Gửi đủ webhook-id, webhook-timestamp, webhook-signature.")
    en = Words("Not signed", "The request lacks `{header}`.", "Send webhook-id, webhook-timestamp, webhook-signature.")


class SignatureInvalid(Unauthenticated):
    """No known sender signed this. It is not said whether the sender is known."""

    code = "signature_invalid"
    vi = Words("Chữ ký không đúng", "Chữ ký không khớp với bên gửi và nội dung.", "Ký lại bằng khóa đã được cấp.")
    en = Words("Signature invalid", "It fits neither sender nor body.", "Sign again with the secret that was given.")


class SignatureStale(Unauthenticated):
    """The signature is right, and too old or from the future: perhaps somebody else sends it again."""

    code = "signature_stale"
    vi = Words("Chữ ký quá cũ", "`webhook-timestamp` lệch quá {minutes} phút.", "Ký lại với thời điểm hiện tại.")
    en = Words("Signature stale", "`webhook-timestamp` is off by more than {minutes} minutes.", "Sign again, now.")


class SendersInvalid(Fault):
    """The file of senders cannot be read."""

    code = "senders_invalid"
    vi = Words("Tệp bên gửi không hợp lệ", "Không đọc được `{path}`.", "Xem docs/operations.md.")
    en = Words("Senders invalid", "`{path}` cannot be read as senders.", "See docs/operations.md.")


@dataclass(frozen=True, slots=True)
class Sender:
    """A machine that signs: a hotline or a mailbox integration."""

    name: str
    secrets: tuple[bytes, ...]
    """All that are valid now: while one is being replaced, there are two."""
    keys: tuple[Ed25519PublicKey, ...]
    """The same of public keys."""
    unit: str
    """Code of the unit for which it sends, where it does not say another."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed what under which id."""

    sender: Sender
    id: str
    """`webhook-id`: the sender's own, the same on every retry."""


class Senders:
    """The senders that are known."""

    def __init__(self, senders: Mapping[str, Sender]) -> None:
        self._senders = senders

    def verify(self, name: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Signed:
        """Return who signed a request.

        Raises:
            SignatureMissing, SignatureInvalid, SignatureStale: Nobody who may.
        """
        message_id, timestamp, signatures = (
            _header(headers, part) for part in ("webhook-id", "webhook-timestamp", "webhook-signature")
        )
        sender = self._senders.get(name) or _NOBODY
        content = f"{message_id}.{timestamp}.".encode() + body
        offered = [_offered(part) for part in signatures.split()[:_MOST]]
        expected = [hmac.digest(secret, content, "sha256") for secret in sender.secrets]
        # All are compared, so that the time taken says nothing about which of them fits.
        fits = [hmac.compare_digest(one, other) for way, one in offered if way == _BY_SECRET for other in expected]
        fits += [_is_signed(key, one, content) for way, one in offered if way == _BY_KEY for key in sender.keys]
        if not any(fits) or sender is _NOBODY:
            raise SignatureInvalid
        if not _SECONDS.fullmatch(timestamp) or abs(int(timestamp) * 1_000_000 - to_micros(now)) > _micros(TOLERANCE):
            raise SignatureStale(minutes=TOLERANCE // timedelta(minutes=1))
        return Signed(sender, message_id)


_SECONDS = re.compile("[0-9]{1,12}")
"""What is read as a timestamp. Python reads no number of thousands of digits."""
_MOST = 10
"""Signatures that are looked at: a rotation has two."""
_NOBODY = Sender("", (secrets.token_bytes(SECRET_BYTES),), (Ed25519PrivateKey.generate().public_key(),), "")
"""An unknown sender's signature is computed too, and never fits."""


def open_senders(path: Path) -> Senders:
    """Return the senders in a mounted file: `{"hotline": {"secrets": ["whsec_…"], "unit": "68"}}`.

    A secret may also be a public key, `whpk_` and 32 bytes in base64: then the sender signs with Ed25519.

    Raises:
        KeyFileExposed: Everybody can read it.
        SendersInvalid: It is not of this form.
    """
    return _parse(read_secret_file(path, forbidden=0o007), path)


def ensure_senders(path: Path, *, name: str, unit: str) -> Senders:
    """Return the senders in a file that is made on first use, with one sender in it: for development.

    Raises:
        KeyFileExposed, SendersInvalid: As `open_senders`.
    """

    def make() -> str:
        secret = written(secrets.token_bytes(SECRET_BYTES))
        return json.dumps({name: {"secrets": [secret], "unit": unit}}, indent=2)

    return _parse(ensure_secret_file(path, make), path)


def _parse(text: str, path: Path) -> Senders:
    try:
        known: dict[str, Any] = json.loads(text)
        return Senders({name: _sender(name, described) for name, described in known.items()})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SendersInvalid(path=path) from None


def _sender(name: str, described: Mapping[str, Any]) -> Sender:
    given = [str(one) for one in described["secrets"]]
    keys = tuple(_key(one) for one in given if one.startswith(_PUBLIC_PREFIX))
    known = tuple(_secret(one) for one in given if not one.startswith(_PUBLIC_PREFIX))
    if not given or not all(known):
        raise ValueError("a sender without a secret")
    return Sender(name, known, keys, str(described["unit"]))


def _secret(text: str) -> bytes:
    return b64decode(text.removeprefix(SECRET_PREFIX), validate=True)


def _key(text: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(b64decode(text.removeprefix(_PUBLIC_PREFIX), validate=True))


def _is_signed(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if not value:
        raise SignatureMissing(header=name)
    return value


def _offered(part: str) -> tuple[str, bytes]:
    """Return how a signature was made, and the signature; of what is none, nothing."""
    way, _, signature = part.partition(",")
    try:
        return way, b64decode(signature, validate=True)
    except ValueError:
        return "", b""


def _micros(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
