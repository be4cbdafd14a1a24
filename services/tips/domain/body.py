"""A competent body outside of this system: the key that a package for it is sealed to, and who vouches for that key."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from kernel.clock import legal_day
from kernel.ids import UnitId
from kernel.problems import Refusal, Words
from kernel.units import UnitTree

_PRIME = 2**255 - 19
"""Of the field of X25519: a number from there on is another one written twice (RFC 7748, 5)."""


class BodyUnknown(Refusal):
    """No body that the unit may forward to has this id."""

    code = "body_unknown"
    status = 404
    vi = Words(
        "Không có cơ quan này",
        "Không có cơ quan {body} do đơn vị hoặc cấp trên của đơn vị đăng ký.",
        "Xem danh sách tại /v1/tips/bodies.",
    )
    en = Words(
        "No such body",
        "Neither the unit nor a unit above it has registered a body {body}.",
        "See the list at /v1/tips/bodies.",
    )


class BodyRevoked(Refusal):
    """The key of a body was revoked: nothing is sealed to it any more."""

    code = "body_revoked"
    status = 409
    vi = Words("Khóa đã bị thu hồi", "Khóa của {name} đã bị thu hồi ngày {day}.", "Đăng ký khóa mới của cơ quan đó.")
    en = Words("Key revoked", "The key of {name} was revoked on {day}.", "Register the body's new key.")


class BodyKeyInvalid(Refusal):
    """Nothing can be kept secret with what was sent as a body's key."""

    code = "body_key_invalid"
    status = 422
    vi = Words(
        "Khóa không hợp lệ",
        "Đây không phải khóa công khai X25519 dùng được.",
        "Xin lại khóa; cơ quan đó tạo khóa bằng `lanhmanh package new-key`.",
    )
    en = Words(
        "Invalid key",
        "This is no public key of X25519 that can be used.",
        "Ask the body for its key again: `lanhmanh package new-key` makes one.",
    )


class PackageUnknown(Refusal):
    """The tip was not forwarded as the package that is named, by the unit that it came to last."""

    code = "package_unknown"
    status = 422
    vi = Words("Không có gói này", "Tin chưa được chuyển đi bằng gói {package}.", "Xem mã băm trong lịch sử của tin.")
    en = Words("No such package", "The tip was not forwarded as {package}.", "See the digests in the tip's history.")


def read_key(raw: bytes) -> X25519PublicKey:
    """Return a public key from its 32 bytes.

    Raises:
        BodyKeyInvalid: It is written as no other writes it, or of small order: then everybody knows the shared secret.
    """
    if int.from_bytes(raw, "little") >= _PRIME:
        raise BodyKeyInvalid
    key = X25519PublicKey.from_public_bytes(raw)
    try:
        X25519PrivateKey.generate().exchange(key)
    except ValueError:
        raise BodyKeyInvalid from None
    return key


def fingerprint_of(raw: bytes) -> str:
    """Return by what people compare a key: SHA-256 of its 32 bytes, hex."""
    return sha256(raw).hexdigest()


def ensure_in_force(name: str, revoked_at: datetime | None) -> None:
    """Make sure that a body's key was not revoked.

    Raises:
        BodyRevoked: It was.
    """
    if revoked_at is not None:
        raise BodyRevoked(name=name, day=legal_day(revoked_at).isoformat())


def is_vouched_for(registrar: UnitId, unit: UnitId, tree: UnitTree, day: date) -> bool:
    """Say whether a unit may trust the key of a body: it registered the body itself, or a unit above it did."""
    vouching, trusting = tree.bearer(registrar, day), tree.bearer(unit, day)
    return vouching is not None and trusting is not None and tree.is_within(trusting, vouching, day)
