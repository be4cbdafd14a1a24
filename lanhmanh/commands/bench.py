"""`lanhmanh bench`: fill databases of its own, to see how the product works with all of the country in it."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from kernel.clock import SystemClock
from lanhmanh.book import load_book
from lanhmanh.book.load import Size
from lanhmanh.commands.greeting import Bars
from lanhmanh.embedded import sqlite_files
from lanhmanh.folder import folder
from lanhmanh.services import Name
from lanhmanh.shown import console

commands = typer.Typer(help="Dữ liệu giả lập để đo tốc độ.", no_args_is_help=True)


@commands.callback()
def bench() -> None:
    """Dữ liệu giả lập để đo tốc độ."""


@commands.command()
def load(
    years: Annotated[int, typer.Option(min=1, max=20, help="Số năm, năm cuối là 2026.")] = 5,
    share: Annotated[float, typer.Option(min=0.0003, max=1, help="Phần số xã được đưa vào sổ.")] = 1.0,
    figures: Annotated[float, typer.Option(min=0, max=1, help="Phần số báo cáo có số liệu.")] = 0.0,
    seed: Annotated[int, typer.Option(min=0, help="Cùng số này thì cùng một sổ.")] = 2026,
    plans: Annotated[
        str, typer.Option(envvar="LANHMANH_PLANS_DATABASE_URL", help="CSDL của plans; mặc định trong LANHMANH_DATA.")
    ] = "",
    reports: Annotated[
        str, typer.Option(envvar="LANHMANH_REPORTS_DATABASE_URL", help="CSDL của reports; mặc định như trên.")
    ] = "",
) -> None:
    """Nạp sổ báo cáo giả lập toàn quốc: 3.321 xã, 12 cơ quan mỗi xã, 19 kỳ một năm. Chỉ nạp nơi chưa có kế hoạch."""
    with Bars() as bars:
        count = asyncio.run(
            load_book(
                plans or sqlite_files(folder().databases)[Name.PLANS],
                reports or sqlite_files(folder().databases)[Name.REPORTS],
                Size(years, share, figures, seed),
                clock=SystemClock(),
                progress=bars.show,
            )
        )
    console().print(f"Đã nạp {count:,} nghĩa vụ báo cáo.".replace(",", "."))
