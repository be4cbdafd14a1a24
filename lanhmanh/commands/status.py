"""`lanhmanh status`: who is late."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from lanhmanh.api import Api, connect
from lanhmanh.shown import (
    ACCEPT,
    STATUS,
    AsFormat,
    AsOf,
    Format,
    KnownAt,
    Unit,
    console,
    last_day,
    local,
    one_csv,
    one_json,
    percent,
    table,
    write_raw,
)

_OBLIGATIONS = "/v1/compliance/obligations"
_NEEDS_ATTENTION = ("overdue", "returned", "due_soon")


def status(
    plan: Annotated[str, typer.Option("--plan", help="Tên ngắn của kế hoạch, ví dụ binh-thuan-2025.")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    unit: Unit = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Ai chậm báo cáo, tại bất kỳ thời điểm nào."""
    api = connect()
    asked: dict[str, Any] = {"plan": plan, "as_of": as_of, "known_at": known_at, "unit": unit}
    if form is not Format.TABLE:
        pages = [page.content for page in api.pages(_OBLIGATIONS, accept=ACCEPT[form], **asked)]
        write_raw(one_csv(pages) if form is Format.CSV else one_json(pages))
        return
    shown = api.get("/v1/compliance", **asked).json()
    out = console()
    out.print(board(plan, shown))
    # What came in since the counts is in neither.
    asked["known_at"] = shown["standpoint"]["known_at"]
    waiting = [
        one for page in api.pages(_OBLIGATIONS, **asked, status=_NEEDS_ATTENTION) for one in page.json()["items"]
    ]
    if waiting:
        out.print(_list(waiting))


def print_board(api: Api, plan: str) -> None:
    """Print the compliance board of a plan as it is now."""
    console().print(board(plan, api.get("/v1/compliance", plan=plan).json()))


def board(plan: str, shown: Mapping[str, Any]) -> Table:
    """Return the compliance board: a line for the whole and one for each unit below."""
    whole = {"unit": shown["unit"], "counts": shown["counts"]}
    used = [name for name in STATUS if shown["counts"][name]]
    rows = [
        (
            one["unit"]["code"],
            one["unit"]["name"],
            one["counts"]["total"],
            *(one["counts"][name] or "" for name in used),
            percent(one["counts"]["reporting_rate"]),
            percent(one["counts"]["on_time_rate"]),
        )
        for one in [whole, *shown["units"]]
    ]
    numbers = ("nghĩa vụ", *(STATUS[name] for name in used), "đã báo cáo", "kịp thời")
    instant = shown["standpoint"]["as_of"]
    when = f" lúc {local(instant)} (giờ Việt Nam)" if instant else ""
    return table(f"Báo cáo theo {plan}{when}", ("mã", "đơn vị", *numbers), rows, numbers=numbers)


def _list(waiting: list[dict[str, Any]]) -> Table:
    rows = [
        (
            STATUS[one["status"]],
            one["unit"]["code"],
            one["unit"]["name"],
            one["bearer"]["name"] if one["bearer"] else "",
            one["rule"],
            one["period"],
            last_day(one["due_at"]),
        )
        for one in waiting
    ]
    return table("Cần đôn đốc", ("trạng thái", "mã", "đơn vị", "nay do", "chế độ", "kỳ", "thời hạn"), rows)
