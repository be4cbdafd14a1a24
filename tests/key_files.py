"""Rotate keys in a file as an operator does by the command."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from runtime.auth.key_folder import replace_secret_file
from runtime.crypto.key_file import KeyFile, Use, parse_key_file
from runtime.crypto.rotation import with_next


def keys_in(file: Path) -> KeyFile:
    """Return the keys of a file."""
    return parse_key_file(file.read_text(), file)


def rotated(file: Path, use: Use, *, now: datetime, begins_at: datetime | None = None) -> str:
    """Add a key to a file, used at once unless it is told otherwise, and return its id."""
    changed, added = with_next(keys_in(file), use, now=now, begins_at=begins_at or now)
    replace_secret_file(file, changed.text())
    return added.id


def without(file: Path, *ids: str) -> None:
    """Take keys out of a file, whatever still needs them."""
    replace_secret_file(file, keys_in(file).without(ids).text())
