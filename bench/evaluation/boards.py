"""A board's answer over HTTP: kept, encoded anew, unchanged, and as pydantic models.

The service runs as in production, in a process of its own: with tokens, telemetry, and a look at the database for each
question. Load, service and PostgreSQL share the machine.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
from sqlalchemy import Select, func, select

from bench.boards.app import FRESH, KEPT, MODELLED
from bench.boards.load import requests_a_second
from bench.boards.process import PATIENCE_SECONDS, ready
from bench.evaluation.kept import Kept
from bench.rounds import interleaved
from bench.row import Row
from bench.servers import Servers
from kernel.clock import SystemClock
from lanhmanh.cluster.parts import issuer_command
from lanhmanh.cluster.ports import HOST, free_port
from lanhmanh.cluster.process import Command, start
from runtime.alarms import alarm_clock
from runtime.auth.issuer import open_issuer
from runtime.database import Database

_TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@dataclass(frozen=True, slots=True)
class Asked:
    """A service that runs, and what it is asked with."""

    url: str
    query: str
    headers: Mapping[str, str]

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=self.url, headers=self.headers, timeout=60) as client:
            return (await client.get(path + self.query)).raise_for_status()

    async def seconds(self, path: str, **more: str) -> float:
        """Return how many seconds an answer takes, on the average, with some more headers."""
        # What the load before has left unanswered is still being worked on, in the order in which it came.
        await self.get(FRESH)
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        return 1 / await requests_a_second(self.url + path + self.query, {**self.headers, **headers})

    async def seconds_unchanged(self) -> float:
        """Return the same for who has the answer already."""
        # The service writes at times by itself: that it reconciled, for one.
        while True:
            etag = (await self.get(KEPT)).headers["etag"]
            seconds = await self.seconds(KEPT, If_None_Match=etag)
            if (await self.get(KEPT)).headers["etag"] == etag:
                return seconds


async def measure_boards(servers: Servers, kept: Kept) -> Sequence[Row]:
    """Measure how many answers a second there are of each way, all saying the same."""
    async with _service(servers, kept) as asked:
        answers = [(await asked.get(path)).json() for path in (KEPT, FRESH, MODELLED)]
        assert answers[0] == answers[1] == answers[2], "the answers differ"
        assert len(answers[0]["units"]) == kept.communes
        assert len(answers[0]["periods"]) == 19
        seconds = await interleaved(
            "boards",
            {
                "kept": partial(asked.seconds, KEPT),
                "fresh": partial(asked.seconds, FRESH),
                "unchanged": asked.seconds_unchanged,
                "modelled": partial(asked.seconds, MODELLED),
            },
        )
    a_second = {who: 1 / one for who, one in seconds.items()}
    return [
        Row("evaluation", f"board_{name}_vs_pydantic", kept.communes, a_second[who], "/s", bound, "at least", beside)
        for beside in [a_second["modelled"]]
        for name, who, bound in [("fresh", "fresh", 1.7), ("cached", "kept", 3.5), ("unchanged", "unchanged", 3.5)]
    ]


@asynccontextmanager
async def _service(servers: Servers, kept: Kept) -> AsyncIterator[Asked]:
    """Run the service on a book, and the issuer of its tokens."""
    with tempfile.TemporaryDirectory(prefix="lanhmanh-bench-") as name:
        data = Path(name)
        issuer, port = issuer_command(data), free_port()
        around = {
            "LANHMANH_DATA": str(data),
            "LANHMANH_ISSUER": issuer.url,
            "LANHMANH_KAFKA__BOOTSTRAP_SERVERS": servers.kafka,
            "LANHMANH_KAFKA__REPLICATION": "1",
            "LANHMANH_DATABASE_URL": kept.database.settings.url,
        }
        service = Command(
            part="reports",
            name="reports",
            arguments=[sys.executable, "-m", "bench.boards.app", str(port)],
            url=f"http://{HOST}:{port}",
            environment=around,
        )
        processes = [await start(command, run=data, logs=data) for command in (issuer, service)]
        try:
            for process in processes:
                await ready(process)
            await _settled(kept.database)
            minted = open_issuer(data / "keys", url=issuer.url, env="", clock=SystemClock())
            token = minted.mint("bench", scopes=["reports:read"], unit=kept.code)
            query = f"?plan={kept.plan}&unit={kept.code}"
            yield Asked(service.url, query, {"Authorization": f"Bearer {token}", "traceparent": _TRACE})
        finally:
            for process in processes:
                await process.stop()


async def _settled(database: Database) -> None:
    """Return when the service has raised the alarms of the year, and writes nothing more."""
    late = select(func.count()).where(alarm_clock.c.rings_at <= database.clock.now())
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await _found(database, late):  # noqa: ASYNC110 - another process writes
            await asyncio.sleep(0.2)


async def _found(database: Database, counted: Select[int]) -> int:
    async with database.read() as read:
        return int((await read.execute(counted)).scalar_one())
