"""Sign a head of the ledger: from then on nobody can change what is below it without being found out."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from uuid import UUID

from contracts.events.tips import LedgerSealed
from kernel.clock import end_of, legal_day
from kernel.ids import new_id
from runtime.crypto import ServiceKeys
from runtime.database import Read, Write
from services.tips.domain.refusals import NothingToSeal
from services.tips.ledger.head import LEDGER, head_statement
from services.tips.ledger.merkle import Span
from services.tips.store.ledger import whole_head
from services.tips.store.seals import add_seal, hashes_of, keep_nodes, newest_seal
from services.tips.store.tips import recorded_at_position

MOST = 65_536
"""Entries between two heads at most: sealing them takes a fraction of a second, and intake waits for it."""


async def seal_ledger(tx: Write, keys: ServiceKeys) -> UUID:
    """Sign a head over all entries (or `MOST` more than the last one), and return its id; the last one's if none came.

    Raises:
        NothingToSeal: There is no entry at all.
        LedgerIncomplete: An entry is not there.
    """
    last, now = await newest_seal(tx), await whole_head(tx)
    before = 0 if last is None else last.entries
    entries = min(now.entries, before + MOST)
    if entries == before:
        if last is None:
            raise NothingToSeal
        return UUID(str(last.id))
    await keep_nodes(tx, before, entries)
    [root] = await hashes_of(tx, [Span(0, entries)])
    said = head_statement(entries=entries, root=root, sealed_at=tx.recorded_at)
    signature, head_id = keys.sign(said, keys.signing_key_id), new_id(tx.clock)
    row = {
        "id": head_id,
        "entries": entries,
        "root": root,
        "sealed_at": tx.recorded_at,
        "statement": said,
        "signature": signature,
        "signing_key": keys.signing_key_id,
    }
    await add_seal(tx, row)
    tx.publish(
        LedgerSealed(
            ledger=LEDGER,
            entries=entries,
            root=root.hex(),
            sealed_at=tx.recorded_at,
            statement=said.decode(),
            signature=b64encode(signature).decode(),
            key_id=keys.signing_key_id,
        )
    )
    return head_id


async def next_seal(read: Read) -> datetime | None:
    """Return when the ledger is to be sealed next: at the end of the day of the first entry that no head holds.

    At once where `MOST` of them wait.
    """
    last, now = await newest_seal(read), await whole_head(read)
    before = 0 if last is None else last.entries
    if now.entries == before:
        return None
    since = await recorded_at_position(read, before + 1)
    return since if now.entries - before >= MOST else end_of(legal_day(since))


class SealLedger:
    """What the watch on the ledger does."""

    def __init__(self, keys: ServiceKeys) -> None:
        self._keys = keys

    async def __call__(self, tx: Write, now: datetime) -> bool:
        """Seal what is to be sealed by now, and say whether anything was."""
        due = await next_seal(tx)
        if due is None or due > now:
            return False
        await seal_ledger(tx, self._keys)
        return True
