"""`lanhmanh sign`: sign a body as a hotline does, with the development sender's secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from standardwebhooks import Webhook

from kernel.clock import SystemClock
from kernel.ids import new_id
from lanhmanh.api import Refused
from lanhmanh.folder import folder
from runtime.surroundings import DEVELOPMENT_SENDER, SENDERS_FILE


def sign(
    file: Annotated[Path, typer.Argument(help="Tệp sẽ gửi nguyên văn.", exists=True, dir_okay=False)],
    message_id: Annotated[str, typer.Option("--id", help="webhook-id; gửi lại thì giữ nguyên.")] = "",
) -> None:
    """In ba tiêu đề Standard Webhooks cho một tệp, ký bằng khóa của bên gửi thử nghiệm. Dùng với curl -H @tệp."""
    clock = SystemClock()
    chosen, now = message_id or f"msg_{new_id(clock)}", clock.now()
    signature = Webhook(_secret()).sign(chosen, now, file.read_text(encoding="utf-8"))
    print(f"webhook-id: {chosen}\nwebhook-timestamp: {int(now.timestamp())}\nwebhook-signature: {signature}")


def _secret() -> str:
    """Return the secret that the running product made for its development sender."""
    path = folder().keys / SENDERS_FILE
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))[DEVELOPMENT_SENDER]["secrets"][0])
    except (OSError, ValueError, KeyError):
        raise Refused(f"Không đọc được {path}. Chạy `make up` trước, hoặc đặt LANHMANH_DATA.") from None
