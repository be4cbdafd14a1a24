"""A service's own keys while it runs: read from their file, and again whenever that has changed.

So keys are rotated without a restart. A replica looks at the file once a second while it uses keys, and at once when it
meets a key that it does not know: another replica, which has read the file before it, may have used one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import KeySet, KeySetSerialization, OKPKey

from kernel.clock import Clock
from kernel.problems import Fault, Words
from runtime.auth.key_folder import ensure_secret_file, read_secret_file
from runtime.crypto.key_file import KeyFile, Stage, Use, new_key_file, parse_key_file
from runtime.crypto.vault import RETRY_SECONDS, KeyUnknown, Vault
from runtime.telemetry.log import get_logger

LOOK_SECONDS = 1.0
"""How old what was read of the file may be."""


class KeyFileForeign(Fault):
    """A changed file lacks a key in use: it is that of another service, or not whole."""

    code = "key_file_foreign"
    vi = Words("Tệp khóa thiếu khóa đang dùng", "Tệp khóa mới không có khóa `{key}`.", "Ghi lại tệp với đủ khóa.")
    en = Words("Key file lacks a key in use", "The changed file lacks the key `{key}`.", "Write it with all its keys.")


@dataclass(frozen=True, slots=True)
class KnownKey:
    """What may be told of a key."""

    id: str
    use: Use
    stage: Stage
    begins_at: datetime | None


class ServiceKeys:
    """The keys that wrap the keys of data, and those that sign."""

    def __init__(self, read: Callable[[], KeyFile], clock: Clock) -> None:
        """Take what reads the file.

        Raises:
            KeyFileExposed, KeyFileInvalid, OSError: As `read` does.
        """
        self._read = read
        self._clock = clock
        self._unread: str | None = None
        """Kind of the failure that was told last."""
        self._looked_at = monotonic()
        self.vault = Vault({}, current=self._wrapping_now, look_again=self.reread)
        self._take(read())

    @property
    def signing_key_id(self) -> str:
        """Return the id of the key that signs now."""
        return self._file_now().current(Use.SIGN, self._clock.now()).id

    def sign(self, statement: bytes, key_id: str) -> bytes:
        """Return the Ed25519 signature (RFC 8032) of a statement: the same for the same statement and key.

        Raises:
            KeyUnknown: The file has no such key, or not yet.
        """
        if key_id not in self._signing:
            self.reread()
        if key_id not in self._signing:
            raise KeyUnknown(key=key_id, retry_after=RETRY_SECONDS)
        return cast("Ed25519PrivateKey", self._signing[key_id].private_key).sign(statement)

    def public(self) -> KeySetSerialization:
        """Return the public keys with which signatures are checked, as a JWK set: the next one too."""
        self._file_now()
        return KeySet(list(self._signing.values())).as_dict(private=False)

    def known(self) -> list[KnownKey]:
        """Return what may be told of the keys, in the order of the file."""
        file, now = self._file_now(), self._clock.now()
        return [KnownKey(key.id, key.use, file.stage(key, now), key.begins_at) for key in file.keys]

    def reread(self) -> None:
        """Read the file again. What cannot be read, or lacks a key in use, changes nothing, and is told once."""
        self._looked_at = monotonic()
        try:
            file = self._read()
            self._ensure_goes_on(file)
        except (Fault, OSError, ValueError) as error:
            kind = type(error).__name__
            if kind != self._unread:
                get_logger("crypto").error("keys are not read", error=kind)
            self._unread = kind
            return
        self._unread = None
        if file != self._file:
            self._take(file)
            get_logger("crypto").info("keys are read", count=len(file.keys))

    def _take(self, file: KeyFile) -> None:
        self._file = file
        self._signing: dict[str, OKPKey] = {key.id: key.signing_key() for key in file.of(Use.SIGN)}
        self.vault.hold({key.id: key.wrapping_key() for key in file.of(Use.WRAP)})

    def _ensure_goes_on(self, file: KeyFile) -> None:
        """Make sure that a changed file has what wraps now, and all that ever signed."""
        there = {key.id for key in file.keys}
        for key in self._file.keys:
            stage = self._file.stage(key, self._clock.now())
            is_used = stage is Stage.CURRENT or (key.use is Use.SIGN and stage is Stage.OLD)
            if is_used and key.id not in there:
                raise KeyFileForeign(key=key.id)

    def _file_now(self) -> KeyFile:
        if monotonic() - self._looked_at >= LOOK_SECONDS:
            self.reread()
        return self._file

    def _wrapping_now(self) -> str:
        return self._file_now().current(Use.WRAP, self._clock.now()).id


def open_keys(path: Path, clock: Clock) -> ServiceKeys:
    """Return the keys in a file that is mounted. The process's group may read it: it often gets its secrets that way.

    Raises:
        KeyFileExposed: Everybody can read it.
        KeyFileInvalid: It lacks a key.
        OSError: It is not there.
    """
    return ServiceKeys(lambda: parse_key_file(read_secret_file(path, forbidden=0o007), path), clock)


def ensure_keys(path: Path, clock: Clock) -> ServiceKeys:
    """Return the keys in a file that is made on first use: for development.

    Raises:
        KeyFileExposed, KeyFileInvalid: As `open_keys`.
    """
    ensure_secret_file(path, new_key_file)
    return ServiceKeys(lambda: parse_key_file(read_secret_file(path), path), clock)
