"""`lanhmanh sign`: sign a body as a hotline does, with the development sender's secret."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kernel.clock import SystemClock
from kernel.ids import new_id
from lanhmanh.folder import folder
from lanhmanh.hotline import signed


def sign(
    file: Annotated[Path, typer.Argument(help="Tệp sẽ gửi nguyên văn.", exists=True, dir_okay=False)],
    message_id: Annotated[str, typer.Option("--id", help="webhook-id; gửi lại thì giữ nguyên.")] = "",
) -> None:
    """In ba tiêu đề Standard Webhooks cho một tệp, ký bằng khóa của bên gửi thử nghiệm. Dùng với curl -H @tệp."""
    clock = SystemClock()
    headers = signed(folder().keys, file.read_bytes(), message_id or f"msg_{new_id(clock)}", clock.now())
    for name, value in headers.items():
        print(f"{name}: {value}")
