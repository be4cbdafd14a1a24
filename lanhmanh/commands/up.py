"""`lanhmanh up`: run the whole product in this process."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Annotated

import typer
import uvicorn

from kernel.clock import SetClock, SystemClock
from lanhmanh.cluster.ports import HOST
from lanhmanh.commands.greeting import Bars, ensure_free, greet
from lanhmanh.embedded import assemble, sqlite_files
from lanhmanh.folder import Folder, folder, port
from lanhmanh.sample import load_examples
from lanhmanh.shown import console
from runtime.garbage import set_apart
from runtime.telemetry import log


def up(
    examples: Annotated[bool, typer.Option(help="Lần đầu: nạp các kế hoạch mẫu và năm báo cáo giả lập.")] = True,
) -> None:
    """Chạy toàn bộ hệ thống trong một tiến trình, dữ liệu trong thư mục LANHMANH_DATA (mặc định var/)."""
    here = folder()
    here.root.mkdir(parents=True, exist_ok=True)
    listen = port()
    ensure_free(listen)
    url = f"http://{HOST}:{listen}"
    with (here.root / "lanhmanh.log").open("a", encoding="utf-8") as logs:
        log.configure(logs)
        if not here.has_data():
            asyncio.run(_begin(here, url, examples=examples))
        # The server has stopped in order by the time it hands Ctrl-C on.
        with suppress(KeyboardInterrupt):
            asyncio.run(_serve(here, url, listen))
    console().print("Đã dừng.")


async def _begin(here: Folder, url: str, *, examples: bool) -> None:
    """Make the databases, with the examples in them. An interrupted beginning is done again from the start."""
    here.clear_unfinished()
    now = SystemClock().now()
    clock = SetClock(now)
    product = assemble(sqlite_files(here.unfinished), here.keys, url=url, clock=clock)
    await product.migrate()
    if examples:
        async with product.running():
            with Bars() as bars:
                await load_examples(product, clock, until=now, progress=bars.show)
    here.finish_loading()


async def _serve(here: Folder, url: str, listen: int) -> None:
    product = assemble(sqlite_files(here.databases), here.keys, url=url, clock=SystemClock())
    await product.migrate()
    set_apart()
    settings = uvicorn.Config(
        product.gateway(), host=HOST, port=listen, log_config=None, access_log=False, server_header=False
    )
    server = _Server(settings)
    serving = asyncio.create_task(server.serve())
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait((serving, ready), return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    if server.started:
        here.note_address(url, issuer=url)
        await asyncio.to_thread(greet, here, url)
    try:
        await serving
    finally:
        here.forget_address()


class _Server(uvicorn.Server):
    """A server that tells when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()
