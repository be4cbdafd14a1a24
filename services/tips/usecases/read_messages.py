"""Open what the informant of a tip and its unit wrote to each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from runtime.crypto import DataKey, Vault
from runtime.database import Read
from services.tips.store.tips import get_content
from services.tips.usecases.seal_tip import content_key
from services.tips.usecases.write_message import message_context


class Message(NamedTuple):
    """A message as it is read."""

    row: Any
    text: str


class SealedMessages(NamedTuple):
    """Messages as they are kept, with what opens them when nobody waits for a transaction any more."""

    rows: Sequence[Any]
    key: DataKey | None
    """None where there is no message."""

    def opened(self) -> list[Message]:
        """Return them as they are read.

        Raises:
            SealBroken: One was changed.
        """
        if self.key is None:
            return []
        return [Message(row, self.key.open(row.sealed, message_context(row.id)).decode()) for row in self.rows]


async def take_messages(tip: Any, rows: Sequence[Any], *, read: Read, vault: Vault) -> SealedMessages:
    """Return messages on a tip with their key.

    Raises:
        SealBroken: The key of the tip's content is gone.
        ContentDestroyed: It was destroyed.
    """
    if not rows:
        return SealedMessages(rows, None)
    return SealedMessages(rows, content_key(vault, tip.id, (await get_content(read, tip.id)).key))
