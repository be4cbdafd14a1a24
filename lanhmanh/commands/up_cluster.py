"""`lanhmanh up-cluster`: run the product in the shape of production, on this machine alone."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from kernel.clock import SetClock, SystemClock
from lanhmanh.cluster.cluster import Cluster, until_ready
from lanhmanh.cluster.folder import ClusterFolder
from lanhmanh.cluster.jars import ensure_kafka_jars
from lanhmanh.cluster.parts import REPLICAS, gateway_command, issuer_command, service_commands
from lanhmanh.cluster.ports import HOST
from lanhmanh.cluster.postgres import PostgresHome, find_binaries
from lanhmanh.cluster.process import end_left_behind
from lanhmanh.cluster.servers import postgres_home, start_kafka, start_postgres, until_listening
from lanhmanh.commands.greeting import Bars, ensure_free, greet
from lanhmanh.commands.migrate import bring_to_newest
from lanhmanh.embedded import assemble
from lanhmanh.folder import Folder, folder, port
from lanhmanh.sample import load_examples
from lanhmanh.services import Name
from lanhmanh.shown import console
from runtime.auth.issuer import forbid_in_production
from runtime.telemetry import log


def up_cluster(
    examples: Annotated[bool, typer.Option(help="Lần đầu: nạp các kế hoạch mẫu và năm báo cáo giả lập.")] = True,
) -> None:
    """Chạy hệ thống như khi vận hành: PostgreSQL, Kafka, mỗi dịch vụ hai bản, mỗi phần một tiến trình."""
    here, listen = folder(), port()
    own = ClusterFolder(here.cluster)
    forbid_in_production(os.environ.get("LANHMANH_ENV", ""))
    # What is missing is named before anything is begun.
    find_binaries()
    jars = ensure_kafka_jars()
    with own.claimed():
        for name in end_left_behind(own.run):
            console().print(f"Dừng {name} còn sót của lần chạy trước.")
        ensure_free(listen)
        here.forget_address()
        own.clear_unfinished()
        with (own.logs / "up-cluster.log").open("a", encoding="utf-8") as logs, postgres_home(own.postgres) as home:
            log.configure(logs)
            cluster = Cluster(own)
            asyncio.run(_run(cluster, here, _bring_up(cluster, here, home, jars, listen=listen, examples=examples)))
    console().print("Đã dừng.")


async def _run(cluster: Cluster, here: Folder, bringing_up: Coroutine[None, None, None]) -> None:
    """Run the cluster until somebody stops it, or a part of it is lost; then stop what runs."""
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Handled for good: whoever presses Ctrl-C twice must not leave half of the processes behind.
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    stopped = asyncio.create_task(asked.wait())
    watching = asyncio.create_task(cluster.watch(console().print))
    waits: set[asyncio.Task[Any]] = {stopped, watching, asyncio.create_task(bringing_up)}
    try:
        while not stopped.done():
            done, waits = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        here.forget_address()
        for task in waits:
            task.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
        await cluster.stop()


async def _bring_up(
    cluster: Cluster, here: Folder, home: PostgresHome, jars: Path, *, listen: int, examples: bool
) -> None:
    url = f"http://{HOST}:{listen}"
    databases = await start_postgres(cluster, home)
    # It starts while the examples are loaded.
    broker = await start_kafka(cluster, jars)
    for name, database in databases.items():
        await bring_to_newest(name, database)
    if not cluster.folder.has_data():
        if examples:
            await _load(here, databases, url)
        cluster.folder.finish_loading()
    await until_listening(broker)
    issuer = issuer_command(here.root)
    services = service_commands(databases, data=here.root, issuer=issuer.url, kafka=broker.url)
    gateway = gateway_command(services, port=listen, data=here.root, issuer=issuer.url)
    inner = await cluster.start(issuer, *services)
    outer = await cluster.start(gateway)
    await until_ready([*inner, *outer])
    here.note_address(url, issuer=issuer.url)
    await asyncio.to_thread(greet, here, url)
    console().print(
        f"Tiến trình:   mỗi dịch vụ {REPLICAS} bản; địa chỉ trong {cluster.folder.run}, "
        f"nhật ký trong {cluster.folder.logs}",
        highlight=False,
        soft_wrap=True,
    )
    sys.stdout.flush()


async def _load(here: Folder, databases: Mapping[Name, str], url: str) -> None:
    """Fill the databases in this process, over the bus that needs no broker.

    The outboxes keep every event for the relays that start afterwards; the inboxes already know each of them.
    """
    now = SystemClock().now()
    clock = SetClock(now)
    product = assemble(databases, here.keys, url=url, clock=clock)
    async with product.running():
        with Bars() as bars:
            await load_examples(product, clock, until=now, progress=bars.show)
