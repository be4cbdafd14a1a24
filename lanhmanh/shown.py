"""Show answers in the terminal: as a table for people, or as JSON or CSV for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from kernel.clock import ICT
from kernel.shares import Share


class Format(StrEnum):
    """How an answer is shown."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


AsFormat = Annotated[Format, typer.Option("--format", help="Bảng cho người đọc; JSON hoặc CSV như API trả lời.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Thời điểm, ví dụ 2025-06-14T17:00:00Z; mặc định hiện tại.")]
KnownAt = Annotated[str | None, typer.Option("--known-at", help="Bỏ qua những gì được ghi nhận sau thời điểm này.")]
Unit = Annotated[str | None, typer.Option("--unit", help="Mã đơn vị; mặc định đơn vị ban hành kế hoạch.")]

ACCEPT = {Format.JSON: "application/json", Format.CSV: "text/csv", Format.TABLE: "application/json"}

STATUS = {
    "on_time": "đúng hạn",
    "late": "trễ hạn",
    "returned": "trả lại",
    "overdue": "quá hạn",
    "due_soon": "sắp đến hạn",
    "not_due": "chưa đến hạn",
    "excused": "được miễn",
    "undated": "không nêu ngày",
    "requested": "đề nghị",
}
"""Statuses in Vietnamese, in the order in which they are shown."""
VERDICT = {
    "met": "đạt",
    "not_met": "không đạt",
    "on_track": "đang đạt",
    "at_risk": "có nguy cơ",
    "incomplete": "thiếu báo cáo",
    "not_judged": "không đánh giá",
    "not_applicable": "không phát sinh",
    "no_data": "chưa có số liệu",
    "suppressed": "không công bố",
}
"""Verdicts in Vietnamese."""
REASON = {
    "baseline_unknown": "chưa rõ kỳ gốc",
    "baseline_zero": "kỳ gốc bằng 0",
    "no_threshold": "không nêu ngưỡng",
    "awaiting_receiver": "chờ cơ quan nhận đánh giá",
    "empty_population": "không có đối tượng",
    "tips_service_silent": "chưa có số liệu tiếp nhận tin",
    "no_statistics_released": "chưa công bố thống kê hỗ trợ",
    "no_figures_yet": "chưa có số liệu được tính",
}
"""Why there is no verdict, in Vietnamese."""
TIPS = {
    "handled_in_time": "đúng hạn",
    "handled_late": "quá hạn",
    "running_in_time": "đang xử lý",
    "running_late": "đang xử lý quá hạn",
}
"""What the tips service counts, in Vietnamese."""


def write_raw(body: bytes) -> None:
    """Write an answer as it came."""
    sys.stdout.buffer.write(body if body.endswith(b"\n") else body + b"\n")


def one_csv(pages: Sequence[bytes]) -> bytes:
    """Join the pages of a table: each begins with the names of its columns."""
    first, *others = pages
    return first + b"".join(page.partition(b"\r\n")[2] for page in others)


def one_json(pages: Sequence[bytes]) -> bytes:
    """Join the pages of a list: the first one, with the items of all."""
    read = [json.loads(page) for page in pages]
    items = [item for page in read for item in page["items"]]
    return json.dumps(read[0] | {"items": items, "next_cursor": None}, ensure_ascii=False).encode()


def console() -> Console:
    """Return the terminal; without one, tables are as wide as they need to be."""
    return Console() if sys.stdout.isatty() else Console(width=160)


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Iterable[str] = ()
) -> Table:
    """Return a table. `numbers` names the columns that are set to the right."""
    right = set(numbers)
    shown = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        shown.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*("" if value is None else str(value) for value in row))
    return shown


def percent(rate: Mapping[str, Any]) -> str:
    """Write n of d as people read it."""
    if rate["n"] is None or rate["d"] is None:
        return "–"
    return Share(rate["n"], rate["d"]).percent_text("vi")


def local(instant: str | None) -> str:
    """Write an instant in the time of Viet Nam."""
    return "" if instant is None else datetime.fromisoformat(instant).astimezone(ICT).strftime("%d/%m/%Y %H:%M")


def last_day(due_at: str | None) -> str:
    """Write an exclusive due instant as the last timely day."""
    if due_at is None:
        return ""
    last = datetime.fromisoformat(due_at).astimezone(ICT).timestamp() - 1
    return datetime.fromtimestamp(last, ICT).strftime("hết %d/%m/%Y")
