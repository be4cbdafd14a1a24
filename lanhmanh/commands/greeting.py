"""What the product says to whoever starts it: how far the loading is, and when it runs, its boards and its address."""

from __future__ import annotations

import shlex
import sys

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from lanhmanh.api import Refused, connect
from lanhmanh.cluster.ports import is_free
from lanhmanh.commands.indicators import print_indicators
from lanhmanh.commands.status import print_board
from lanhmanh.folder import DEFAULT_ROOT, Folder
from lanhmanh.shown import console
from lanhmanh.yaml_file import example_names

_TRY = "binh-thuan-2025"
"""The plan in the lines to try."""


def greet(here: Folder, url: str) -> None:
    """Print both boards of every example plan, the address, and how to get a token."""
    api = connect()
    known = {one["slug"] for one in api.get("/v1/plans").json()["items"]}
    for plan in example_names("plans"):
        if plan in known:
            print_board(api, plan)
            print_indicators(api, plan)
    # Other commands find the product through the same folder.
    elsewhere = f"LANHMANH_DATA={shlex.quote(str(here.root))} " if here.root != DEFAULT_ROOT else ""
    console().print(
        f"\nLành Mạnh đang chạy tại [bold]{url}[/bold] (tài liệu API: {url}/docs)\n"
        f"Mã truy cập:  export TOKEN=$({elsewhere}.venv/bin/lanhmanh token)\n"
        f'Thử:          curl -H "Authorization: Bearer $TOKEN" "{url}/v1/compliance?plan={_TRY}"\n'
        f"              {elsewhere}.venv/bin/lanhmanh status --plan {_TRY}\n"
        "Dừng:         Ctrl-C",
        highlight=False,
        soft_wrap=True,
    )
    sys.stdout.flush()


def ensure_free(listen: int) -> None:
    """Make sure that the port can be had, before anything is done.

    Raises:
        Refused: Something listens there.
    """
    if not is_free(listen):
        raise Refused(f"Cổng {listen} đang được dùng. Đặt LANHMANH_PORT sang cổng khác.")


class Bars:
    """Progress bars, one for each kind of work."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._progress = Progress(*columns, console=console(), transient=False)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, what: str, done: int, of: int) -> None:
        """Show how far some work is."""
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=of)
        self._progress.update(self._tasks[what], completed=done, total=of)
