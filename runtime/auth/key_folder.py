"""Keep the development issuer's secrets in files that only their owner can read."""

from __future__ import annotations

import json
import os
import secrets
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from joserfc.jwk import RSAKey

from kernel.problems import Fault, Words

_SIGNING_KEY = "issuer-signing-key.json"
_CLIENT_SECRET = "issuer-client-secret"  # noqa: S105  a file's name
_KEY_BITS = 2048


class KeyFileExposed(Fault):
    """A secret can be read by others than its owner: it may be known already."""

    code = "key_file_exposed"
    vi = Words(
        "Tệp khóa không an toàn",
        "Người khác đọc được tệp `{path}` (quyền {mode}).",
        "Xóa tệp để hệ thống tạo khóa mới, hoặc đặt quyền 0600.",
    )
    en = Words(
        "Key file exposed",
        "Others can read the file `{path}` (mode {mode}).",
        "Delete it, so that a new key is made, or set its mode to 0600.",
    )


def ensure_signing_key(folder: Path) -> RSAKey:
    """Return the private key (RFC 7517 JWK, RS256) kept in a folder, made on first use.

    Raises:
        KeyFileExposed: Its mode lets others read it.
    """

    def make() -> str:
        key = RSAKey.generate_key(_KEY_BITS, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        return json.dumps(key.as_dict(private=True))

    return RSAKey.import_key(json.loads(ensure_secret_file(folder / _SIGNING_KEY, make)))


def ensure_client_secret(folder: Path) -> str:
    """Return the secret that every development client uses, made on first use.

    Raises:
        KeyFileExposed: Its mode lets others read it.
    """
    return ensure_secret(folder, _CLIENT_SECRET)


def ensure_secret(folder: Path, name: str) -> str:
    """Return a random secret kept in a file of a folder, made on first use.

    Raises:
        KeyFileExposed: Its mode lets others read it.
    """
    return ensure_secret_file(folder / name, lambda: secrets.token_urlsafe(32)).strip()


def ensure_secret_file(path: Path, make: Callable[[], str]) -> str:
    """Return what a secret file says; `make` says it on first use.

    Raises:
        KeyFileExposed: Its mode lets others read it.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _publish(path, make())
    return read_secret_file(path)


def read_secret_file(path: Path, *, forbidden: int = 0o077) -> str:
    """Return what a secret file says. `forbidden` are the mode bits that it must not have.

    Raises:
        KeyFileExposed: It has one of them.
        OSError: It is not there.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & forbidden:
        raise KeyFileExposed(path=path, mode=f"{mode:04o}")
    return path.read_text(encoding="utf-8")


def _publish(path: Path, text: str) -> None:
    """Write a file whole or not at all. Of two processes that do it at once, the first one's file stays."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # its mode is 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return
    finally:
        Path(draft).unlink()


def replace_secret_file(path: Path, text: str) -> None:
    """Put another text in the place of a secret file, whole or not at all. Its mode stays as it is."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
