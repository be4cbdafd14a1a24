"""Durable receipts a second: encryption, ledger, numbers, idempotency, tokens and telemetry are on in every way.

Load, service and PostgreSQL share the machine. Each way is a process of its own, on a database of its own.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median

from bench.boards.process import ready
from bench.events.told import database_of
from bench.rounds import interleaved
from bench.row import Row
from bench.servers import Servers
from bench.tips.app import NO_DATABASE, PRODUCT, SINGLE
from bench.tips.load import Answered, receipts
from contracts.unit import UnitRecord
from kernel.clock import SystemClock
from kernel.ids import unit_id
from lanhmanh.cluster.parts import issuer_command
from lanhmanh.cluster.ports import HOST, free_port
from lanhmanh.cluster.process import Command, start
from lanhmanh.services import Name, parts_of
from runtime.auth.issuer import open_issuer
from runtime.database import Database, Settings, Write
from runtime.database.migrate import migrate
from runtime.reference.apply import write_units

_SINCE = date(2025, 7, 1)
_TIP = {
    "unit": "68",
    "channel": "phone",
    "content": {"summary": "Co dau hieu hoat dong trai phep tai mot co so luu tru.", "place": "Phuong Phan Thiet"},
    "informant": {"name": "Nguoi bao tin", "phone": "0900000000"},
}
_TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
_CONNECTIONS = (1, 16, 64, 256)


@dataclass(frozen=True, slots=True)
class Way:
    """A service that runs."""

    url: str
    headers: Mapping[str, str]
    found: list[Answered]

    async def seconds(self, connections: int) -> float:
        """Return how many seconds a receipt takes, on the average over all connections."""
        answered = await receipts(f"{self.url}/v1/tips", self.headers, _TIP, connections)
        self.found.append(answered)
        return 1 / answered.a_second


async def measure_on_postgres(servers: Servers) -> Sequence[Row]:
    """Measure intake on PostgreSQL beside batches of one and beside no database."""
    async with AsyncExitStack() as stack:
        ways = {
            way: await stack.enter_async_context(_service(servers, way, await _postgres(stack, servers)))
            for way in (PRODUCT, SINGLE, NO_DATABASE)
        }
        took = {
            connections: await _rounds(f"{connections} connections", ways, connections) for connections in _CONNECTIONS
        }
    return [
        *(_faster(f"receipts_{n}_vs_{SINGLE}", n, took[n], SINGLE, bound) for n, bound in ((16, 1.8), (64, 1.3))),
        *(
            _faster(f"receipts_{n}_vs_{NO_DATABASE}", n, took[n], NO_DATABASE, bound)
            for n, bound in ((16, 0.6), (64, 0.7))
        ),
        Row("tips", f"latency_1_vs_{SINGLE}", 1, took[1][PRODUCT] * 1e3, "ms", 1.3, "at most", took[1][SINGLE] * 1e3),
    ]


async def measure_on_sqlite(servers: Servers) -> Sequence[Row]:
    """Measure intake on SQLite beside no database."""
    with tempfile.TemporaryDirectory(prefix="lanhmanh-bench-") as folder:
        async with AsyncExitStack() as stack:
            ways = {}
            for way in (PRODUCT, NO_DATABASE):
                database = Database(
                    Settings(url=f"sqlite+aiosqlite:///{folder}/{way}.db"), service=Name.TIPS, clock=SystemClock()
                )
                await migrate(database, parts_of(Name.TIPS).migrations)
                await _know_units(database)
                await database.close()
                ways[way] = await stack.enter_async_context(_service(servers, way, database.settings.url))
            took = await _rounds("SQLite, 16 connections", ways, 16)
    return [_faster(f"sqlite_receipts_16_vs_{NO_DATABASE}", 16, took, NO_DATABASE, 0.5)]


async def _rounds(name: str, ways: Mapping[str, Way], connections: int) -> Mapping[str, float]:
    for way in ways.values():
        way.found.clear()
    took = await interleaved(name, {who: partial(way.seconds, connections) for who, way in ways.items()})
    for who, way in ways.items():
        shown = [median(found) for found in zip(*way.found[1:], strict=True)]
        print(
            f"{name}, {who}: {shown[0]:,.0f}/s, p50 {shown[1]:.1f} p99 {shown[2]:.1f} p99.9 {shown[3]:.1f} ms",
            flush=True,
        )
    return took


def _faster(name: str, n: int, took: Mapping[str, float], beside: str, bound: float) -> Row:
    return Row("tips", name, n, 1 / took[PRODUCT], "/s", bound, "at least", 1 / took[beside])


async def _postgres(stack: AsyncExitStack, servers: Servers) -> str:
    database = await stack.enter_async_context(database_of(Name.TIPS, servers.postgres))
    await _know_units(database)
    return database.settings.url


async def _know_units(database: Database) -> None:
    """Tell the service of a country with one province."""

    def record(code: str, name: str, kind: str, above: str | None) -> UnitRecord:
        since = _SINCE.isoformat()
        parent = None if above is None else unit_id(above, since)
        return UnitRecord.model_validate(
            {"unit_id": unit_id(code, since), "code": code, "name": name, "kind": kind, "valid_from": _SINCE}
            | {"placements": [{"parent_id": parent, "valid_from": _SINCE}]}
        )

    units = [record("VN", "Việt Nam", "nation", None), record("68", "Lâm Đồng", "province", "VN")]

    async def told(tx: Write) -> None:
        await write_units(tx, decision="bench", units=units, successions=())

    await database.write(told)


@asynccontextmanager
async def _service(servers: Servers, way: str, url: str) -> AsyncIterator[Way]:
    """Run the service in one way, and the issuer of its tokens."""
    with tempfile.TemporaryDirectory(prefix="lanhmanh-bench-") as name:
        data = Path(name)
        issuer, port = issuer_command(data), free_port()
        around = {
            "LANHMANH_DATA": str(data),
            "LANHMANH_ISSUER": issuer.url,
            "LANHMANH_KAFKA__BOOTSTRAP_SERVERS": servers.kafka,
            "LANHMANH_KAFKA__REPLICATION": "1",
            "LANHMANH_DATABASE_URL": url,
        }
        service = Command(
            part="tips",
            name=way,
            arguments=[sys.executable, "-m", "bench.tips.app", str(port), way],
            url=f"http://{HOST}:{port}",
            environment=around,
        )
        processes = [await start(command, run=data, logs=data) for command in (issuer, service)]
        try:
            for process in processes:
                await ready(process)
            minted = open_issuer(data / "keys", url=issuer.url, env="", clock=SystemClock())
            token = minted.mint("bench", scopes=["tips:intake"], unit="VN")
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "traceparent": _TRACE}
            yield Way(service.url, headers, [])
        finally:
            for process in processes:
                await process.stop()
