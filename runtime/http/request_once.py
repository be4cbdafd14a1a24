"""Let a request that creates take effect once, however often it is sent.

One table holds (client, key), a keyed digest of what was sent, and the resource that it made, in the same transaction
as the effect. A twin waits for the writer's turn and then finds the row. The answer is rebuilt from the resource, so
the first caller and all its retries read the same.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table, select

from runtime.database import Instant, Write, insert_rows
from runtime.database.tables import metadata
from runtime.http.refusals import KeyReused

request = Table(
    "request",
    metadata,
    Column("client", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("resource", String, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("revision", BigInteger, nullable=False),
)


class Sent(NamedTuple):
    """What identifies a request, and what it said."""

    client: str
    key: str
    digest: bytes


class Made(NamedTuple):
    """What a request made, now or when it was first sent."""

    resource: str
    repeated: bool


def digest_of(secret: bytes, method: str, path: str, body: bytes) -> bytes:
    """Return the keyed digest of a request.

    Keyed, because some bodies are short enough to be guessed from a plain one.
    """
    digest = hmac.new(secret, digestmod="sha256")
    for part in (method.encode(), path.encode(), body):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


async def once(tx: Write, sent: Sent, effect: Callable[[Write], Awaitable[str]]) -> Made:
    """Run `effect`, which returns the id of what it made, unless the same request was here before.

    Raises:
        KeyReused: The key was used for something else.
    """
    mine = select(request.c.digest, request.c.resource).where(
        request.c.client == sent.client, request.c.key == sent.key
    )
    row = (await tx.execute(mine)).one_or_none()
    if row is not None:
        if not hmac.compare_digest(row.digest, sent.digest):
            raise KeyReused
        return Made(row.resource, repeated=True)
    resource = await effect(tx)
    stamp = {"resource": resource, "recorded_at": tx.recorded_at, "revision": tx.number}
    await insert_rows(tx.connection, request, [sent._asdict() | stamp])
    return Made(resource, repeated=False)
