"""An auditor: writes the ledger out, and checks it by the verifier that stands alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lanhmanh.ledger_check import Keys, Said, check_export, keys_of
from tests.tips.desk import Desk


async def exported(desk: Desk, *, at_once: int = 5) -> list[Said]:
    """Return the lines of an export: keys, heads, entries, so many on a page."""
    keys = (await desk.read("/v1/tips/receipt-keys"))["keys"]
    heads = await desk.read("/v1/tips/ledger/heads", limit=1000)
    lines: list[Said] = [{"kind": "key"} | key for key in keys] + [{"kind": "head"} | head for head in heads]
    cursor: dict[str, Any] = {}
    while True:
        page = await desk.read("/v1/tips/ledger/entries", limit=at_once, **cursor)
        lines += [{"kind": "entry"} | entry for entry in page["items"]]
        if page["next_cursor"] is None:
            return lines
        cursor = {"cursor": page["next_cursor"]}


async def trusted_keys(desk: Desk) -> Keys:
    """Return the public keys, as somebody keeps them."""
    return keys_of(await desk.read("/v1/tips/receipt-keys"))


async def sealed(desk: Desk, key: str) -> Any:
    """Seal the ledger, and return the head."""
    answer = await desk.client.post("/v1/tips/ledger/heads", headers=desk.headers(Idempotency_Key=key))
    assert answer.status_code == 201, answer.text
    return answer.json()


def found(lines: Iterable[Said], **kept: Any) -> list[tuple[str, str]]:
    """Return what the verifier finds: what, and where."""
    return [(one.code, one.where) for one in check_export(lines, **kept).findings]
