# /// script
# requires-python = ">=3.11"
# dependencies = ["cryptography>=50"]
# ///
"""Open what a unit sealed for a competent body outside: copy this one file, it imports nothing of the product.

    python package_open.py new-key key.json
    python package_open.py open package.json --key key.json --keys receipt-keys.json

A package is sealed with HPKE (RFC 9180: base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM); `info` is
`lanhmanh/tips/package/v1/` and the tip's number. What is in it is signed with Ed25519 over the bytes of its
`statement`, and so is the receipt in that: both are checked with the public keys that the product gives everybody
(`/v1/tips/receipt-keys`). Keep those that you once got. What a package says is printed once it is checked, and not
where anything is wrong: then the exit code is 1. `--unchecked` instead of `--keys` prints it all the same, with 1.
"""

from __future__ import annotations

import argparse
import json
import sys
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

Said = Mapping[str, Any]
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class Unopened(Exception):
    """A key or a package cannot be used. The text is for people."""


class Opened(NamedTuple):
    """What is in a package."""

    signed: Said
    """`statement`, `signature` and `key_id`."""
    said: Said
    """What the statement says."""


def new_key(path: Path) -> str:
    """Write a new private key into a file that only its owner reads, and return the public one as people pass it on.

    Raises:
        Unopened: The file is there already, or cannot be written.
    """
    key = X25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    jwk = {"kty": "OKP", "crv": "X25519", "x": _text_of(public), "d": _text_of(key.private_bytes_raw())}
    try:
        path.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise Unopened(f"Không tạo được {path} ({type(error).__name__}); khóa đã có thì không bị ghi đè.") from None
    path.write_text(json.dumps(jwk), encoding="utf-8")
    return f"Khóa công khai: {b64encode(public).decode()}\nDấu vân tay:    {sha256(public).hexdigest()}"


def read_key(jwk: Said) -> X25519PrivateKey:
    """Return the private key in a JWK (RFC 8037).

    Raises:
        Unopened: There is none.
    """
    try:
        return X25519PrivateKey.from_private_bytes(urlsafe_b64decode(jwk["d"] + "=="))
    except (KeyError, TypeError, ValueError):
        raise Unopened("Đây không phải khóa riêng do `new-key` tạo.") from None


def opened(package: Said, key: X25519PrivateKey) -> Opened:
    """Return what is in a package.

    Raises:
        Unopened: It is for another key, of another tip than it says outside or inside, was changed, or is none.
    """
    try:
        info = f"lanhmanh/tips/package/v1/{package['number']}".encode()
        signed = json.loads(_SUITE.decrypt(b64decode(package["sealed"]), key, info))
        found = Opened(signed, json.loads(signed["statement"]))
        agrees = found.said["number"] == package["number"]
    except (InvalidTag, KeyError, TypeError, ValueError):
        raise Unopened("Không mở được: gói dành cho khóa khác, đã bị sửa, hoặc không phải gói tin.") from None
    if not agrees:
        # Who seals chooses what is written outside, and may know a statement that was signed for another tip.
        raise Unopened("Số tin ghi ngoài gói khác số tin ghi bên trong: không phải gói của tin này.")
    return found


def findings(package: Opened, key: X25519PrivateKey, keys: Mapping[str, Ed25519PublicKey]) -> Iterator[str]:
    """Yield what is wrong with a package that was opened, by the public keys of receipts."""
    if not _is_signed(package.signed, keys) or package.said.get("package") != "tips":
        # Anybody can seal something to a public key, also another thing that was signed: what it says is worth nothing.
        yield "package_signature_broken: chữ ký của gói không đúng, hoặc không biết khóa ký"
        return
    if not _is_signed(package.said["receipt"], keys):
        yield "receipt_signature_broken: chữ ký của biên nhận không đúng, hoặc không biết khóa ký"
    if package.said["key"] != sha256(key.public_key().public_bytes_raw()).hexdigest():
        yield "package_for_another: gói được lập cho cơ quan khác"


def keys_of(jwks: Said) -> Mapping[str, Ed25519PublicKey]:
    """Return the keys of a JWK set (RFC 7517, 8037) by their ids."""
    ours = (key for key in jwks["keys"] if key.get("crv") == "Ed25519")
    return {key["kid"]: Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(key["x"] + "==")) for key in ours}


def show(package: Path, key: Path, keys: Path | None, *, unchecked: bool) -> int:
    """Print what is in a package if nothing is wrong with it, or what is wrong, and return the exit code.

    Raises:
        Unopened: A file is not what it must be, the key does not open the package, or it is neither to be checked
            nor said to be unchecked.
    """
    if (keys is None) is not unchecked:
        raise Unopened("Nêu khóa công khai của biên nhận bằng --keys, hoặc --unchecked để xem mà không kiểm tra.")
    private = read_key(_read(key))
    found_in = opened(_read(package), private)
    said = json.dumps(found_in.said, ensure_ascii=False, indent=2)
    if keys is None:
        print("CHƯA KIỂM TRA: không ai bảo đảm gói này; ai có khóa công khai cũng lập được.", file=sys.stderr)
        print(said)
        return 1
    found = list(findings(found_in, private, keys_of(_read(keys))))
    for one in found:
        print(one, file=sys.stderr)
    if found:
        print(f"Đã kiểm tra gói: {len(found)} phát hiện; không in nội dung.", file=sys.stderr)
        return 1
    print("Đã kiểm tra gói: không phát hiện gì.", file=sys.stderr)
    print(said)
    return 0


def _is_signed(signed: Said, keys: Mapping[str, Ed25519PublicKey]) -> bool:
    try:
        key = keys[signed["key_id"]]
        key.verify(b64decode(signed["signature"]), signed["statement"].encode())
    except (InvalidSignature, AttributeError, KeyError, TypeError, ValueError):
        return False
    return True


def _text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Unopened(f"Không đọc được {path}: {type(error).__name__}.") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says, and return the exit code."""
    parser = argparse.ArgumentParser(description="Mở gói tin đã niêm phong, không cần hệ thống.")
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser("new-key").add_argument("file", type=Path)
    package = commands.add_parser("open")
    package.add_argument("file", type=Path)
    package.add_argument("--key", type=Path, required=True)
    package.add_argument("--keys", type=Path)
    package.add_argument("--unchecked", action="store_true")
    given = parser.parse_args(arguments)
    try:
        if given.what == "open":
            return show(given.file, given.key, given.keys, unchecked=given.unchecked)
        print(new_key(given.file))
    except Unopened as unopened:
        print(unopened, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
