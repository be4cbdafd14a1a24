"""Two replicas of reports over one database, and many who write at once: what one has acknowledged the other shows."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import httpx
import pytest

from lanhmanh.api import development_token, scopes_of
from lanhmanh.folder import Folder
from tests.journeys.cluster import replicas
from tests.journeys.product import Product
from tests.journeys.test_cluster import client_of, issue

PLAN = "hai-ban-sao-2026"
ROUNDS = 6
"""How often each obligation is excused and owed again."""
WRITERS = 16


class Writer:
    """Changes one obligation again and again, each time through another replica, and looks at the board of the next."""

    def __init__(self, obligation_id: str, clients: list[httpx.AsyncClient]) -> None:
        self._id = obligation_id
        self._clients = clients

    async def run(self) -> list[str]:
        """Return the statuses that the boards showed, each asked for after a change was acknowledged elsewhere."""
        shown = []
        turns = [self._clients[turn % len(self._clients)] for turn in range(2 * ROUNDS + 1)]
        for turn, (writes, looks) in enumerate(pairwise(turns)):
            await self._change(writes, "excuse" if turn % 2 == 0 else "excuse/lift")
            shown.append(await self._status(looks))
        return shown

    async def _change(self, client: httpx.AsyncClient, what: str) -> None:
        path = f"/v1/obligations/{self._id}"
        etag = (await client.get(path)).raise_for_status().headers["etag"]
        changed = await client.post(f"{path}/{what}", json={"reason": "Theo công văn."}, headers={"If-Match": etag})
        changed.raise_for_status()

    async def _status(self, client: httpx.AsyncClient) -> str:
        asked: dict[str, Any] = {"plan": PLAN, "limit": 1000}
        board = (await client.get("/v1/compliance/obligations", params=asked)).raise_for_status().json()
        (status,) = (one["status"] for one in board["items"] if one["obligation_id"] == self._id)
        return str(status)


@pytest.mark.asyncio
async def test_what_one_replica_acknowledged_is_in_the_next_answer_of_the_other(cluster: Product) -> None:
    with client_of(cluster) as client:
        await asyncio.to_thread(issue, client, PLAN)
        owed = client.get("/v1/obligations", params={"plan": PLAN, "limit": 1000}).raise_for_status().json()["items"]
    ids = [one["obligation_id"] for one in owed][:WRITERS]
    token = development_token(Folder(cluster.data), cluster.url, unit="VN", scopes=scopes_of())
    headers = {"Authorization": f"Bearer {token}"}
    urls = list(replicas(cluster, "reports").values())
    assert len(urls) == 2

    clients = [httpx.AsyncClient(base_url=url, headers=headers, timeout=60) for url in urls]
    try:
        shown = await asyncio.gather(*(Writer(one, clients).run() for one in ids))
    finally:
        await asyncio.gather(*(client.aclose() for client in clients))

    for statuses in shown:
        assert statuses[0::2] == ["excused"] * ROUNDS
        assert "excused" not in statuses[1::2]
