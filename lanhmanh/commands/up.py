"""`lanhmanh up`: run the whole product in this process."""

from __future__ import annotations

import asyncio
import shlex
import socket
import sys
from contextlib import suppress
from typing import Annotated, TextIO

import typer
import uvicorn
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from kernel.clock import SetClock, SystemClock
from lanhmanh.api import Refused, connect
from lanhmanh.commands.status import print_board
from lanhmanh.embedded import assemble
from lanhmanh.folder import DEFAULT_ROOT, Folder, folder, port
from lanhmanh.sample import load_examples
from lanhmanh.shown import console
from runtime.telemetry import log

HOST = "127.0.0.1"
_GREETED = ("binh-thuan-2025", "kim-tan-2026")
"""The example plans whose reports have due days: of the others a board says only who has reported."""


def up(
    examples: Annotated[bool, typer.Option(help="Lần đầu: nạp các kế hoạch mẫu và năm báo cáo giả lập.")] = True,
) -> None:
    """Chạy toàn bộ hệ thống trong một tiến trình, dữ liệu trong thư mục LANHMANH_DATA (mặc định var/)."""
    here = folder()
    here.root.mkdir(parents=True, exist_ok=True)
    listen = port()
    _ensure_free(listen)
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
    product = assemble(here.unfinished, here.keys, url=url, clock=clock)
    await product.migrate()
    if examples:
        async with product.running():
            with _Bars() as bars:
                await load_examples(product, clock, until=now, progress=bars.show)
    here.finish_loading()


async def _serve(here: Folder, url: str, listen: int) -> None:
    product = assemble(here.databases, here.keys, url=url, clock=SystemClock())
    await product.migrate()
    settings = uvicorn.Config(
        product.gateway(), host=HOST, port=listen, log_config=None, access_log=False, server_header=False
    )
    server = _Server(settings)
    serving = asyncio.create_task(server.serve())
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait((serving, ready), return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    if server.started:
        here.note_address(url)
        await asyncio.to_thread(_greet, here, url, sys.stdout)
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


def _greet(here: Folder, url: str, out: TextIO) -> None:
    """Print the boards, the address, and how to get a token."""
    api = connect()
    known = [one["slug"] for one in api.get("/v1/plans").json()["items"]]
    for plan in _GREETED:
        if plan in known:
            print_board(api, plan)
    others = [plan for plan in known if plan not in _GREETED]
    if others:
        console().print(f"\nKế hoạch khác: {', '.join(others)}", highlight=False)
    # Other commands find the product through the same folder.
    elsewhere = f"LANHMANH_DATA={shlex.quote(str(here.root))} " if here.root != DEFAULT_ROOT else ""
    console().print(
        f"\nLành Mạnh đang chạy tại [bold]{url}[/bold] (tài liệu API: {url}/docs)\n"
        f"Mã truy cập:  export TOKEN=$({elsewhere}.venv/bin/lanhmanh token)\n"
        f'Thử:          curl -H "Authorization: Bearer $TOKEN" "{url}/v1/compliance?plan={_GREETED[0]}"\n'
        f"              {elsewhere}.venv/bin/lanhmanh status --plan {_GREETED[0]}\n"
        "Dừng:         Ctrl-C",
        highlight=False,
        soft_wrap=True,
    )
    out.flush()


def _ensure_free(listen: int) -> None:
    """Make sure that the port can be had, before anything is done.

    Raises:
        Refused: Something listens there.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, listen))
        except OSError:
            raise Refused(f"Cổng {listen} đang được dùng. Đặt LANHMANH_PORT sang cổng khác.") from None


class _Bars:
    """Progress bars, one for each kind of work."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._progress = Progress(*columns, console=console(), transient=False)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> _Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, what: str, done: int, of: int) -> None:
        """Show how far some work is."""
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=of)
        self._progress.update(self._tasks[what], completed=done, total=of)
