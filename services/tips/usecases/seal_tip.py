"""Seal what a tip says, and who said it, each with a key of its own, before it waits for its turn."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from runtime.crypto import DESTROYED, DataKey, Vault
from services.tips.domain.refusals import ContentDestroyed


class SealedPart(NamedTuple):
    """One part of a tip as it is kept."""

    key: str
    """Wrapped."""
    sealed: bytes


def seal_content(vault: Vault, tip_id: UUID, content: bytes) -> SealedPart:
    """Return what a tip says, sealed."""
    return _seal(vault, content, content_context(tip_id))


def seal_informant(vault: Vault, tip_id: UUID, informant: bytes) -> SealedPart:
    """Return who said it, sealed apart."""
    return _seal(vault, informant, informant_context(tip_id))


def content_key(vault: Vault, tip_id: UUID, wrapped: str) -> DataKey:
    """Return the key of a tip's content, with which officers' notes are sealed too.

    Raises:
        ContentDestroyed: It was destroyed.
        SealBroken: It was changed, or the service's key is gone.
    """
    if wrapped == DESTROYED:
        raise ContentDestroyed
    return vault.unwrap(wrapped, content_context(tip_id))


def open_content(vault: Vault, tip_id: UUID, part: SealedPart) -> bytes:
    """Return what a tip says.

    Raises:
        ContentDestroyed: Its key was destroyed.
        SealBroken: It was changed, or its key is gone.
    """
    return content_key(vault, tip_id, part.key).open(part.sealed, content_context(tip_id))


def open_informant(vault: Vault, tip_id: UUID, part: SealedPart) -> bytes:
    """Return who said it.

    Raises:
        ContentDestroyed: Its key was destroyed.
        SealBroken: It was changed, or its key is gone.
    """
    if part.key == DESTROYED:
        raise ContentDestroyed
    context = informant_context(tip_id)
    return vault.unwrap(part.key, context).open(part.sealed, context)


def note_context(tip_id: UUID) -> str:
    """Return to what an officer's note is bound."""
    return f"tips/note/{tip_id}"


def content_context(tip_id: UUID) -> str:
    """Return to what a tip's content, and its key, is bound."""
    return f"tips/content/{tip_id}"


def informant_context(tip_id: UUID) -> str:
    """Return to what is bound who said it, and the key of that."""
    return f"tips/informant/{tip_id}"


def _seal(vault: Vault, plaintext: bytes, context: str) -> SealedPart:
    key = vault.new_key(context)
    return SealedPart(key.wrapped, key.seal(plaintext, context))
