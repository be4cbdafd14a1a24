"""`lanhmanh indicators`: which indicator is met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from lanhmanh.api import Api, connect
from lanhmanh.shown import (
    ACCEPT,
    REASON,
    TIPS,
    VERDICT,
    AsFormat,
    AsOf,
    Format,
    KnownAt,
    Unit,
    console,
    local,
    percent,
    table,
    write_raw,
)


def indicators(
    plan: Annotated[str, typer.Option("--plan", help="Tên ngắn của kế hoạch, ví dụ binh-thuan-2025.")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    unit: Unit = None,
    basis: Annotated[str, typer.Option(help="accepted: đã duyệt; submitted: đã gửi.")] = "accepted",
    form: AsFormat = Format.TABLE,
) -> None:
    """Chỉ tiêu nào đạt: giá trị, số đơn vị đã tính, kết luận, và vì sao chưa kết luận được."""
    answer = connect().get(
        "/v1/indicators", accept=ACCEPT[form], plan=plan, as_of=as_of, known_at=known_at, unit=unit, basis=basis
    )
    if form is not Format.TABLE:
        write_raw(answer.content)
        return
    console().print(board(plan, answer.json()))


def print_indicators(api: Api, plan: str) -> None:
    """Print the indicator board of a plan as it is now."""
    console().print(board(plan, api.get("/v1/indicators", plan=plan).json()))


def board(plan: str, shown: Mapping[str, Any]) -> Table:
    """Return the indicator board: a line for each indicator and period."""
    columns = ("chỉ tiêu", "kỳ", "giá trị", "tỷ lệ", "ngưỡng", "đơn vị", "kết luận", "vì sao")
    instant = shown["standpoint"]["as_of"]
    when = f" lúc {local(instant)} (giờ Việt Nam)" if instant else ""
    return table(f"Chỉ tiêu của {plan}{when}", columns, [_row(one) for one in shown["indicators"]])


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    value, coverage = one["value"], one["coverage"]
    known = value["n"] is not None and value["d"] is not None
    missing = ", ".join(unit["code"] for unit in coverage["missing"])
    if coverage["missing_more"]:
        missing += f" và {coverage['missing_more']} đơn vị khác"
    why = REASON.get(one["reason"] or "", "") or (f"thiếu {missing}" if missing else "")
    return (
        one["name"],
        one["period"],
        f"{value['n']}/{value['d']}" + (" (tạm tính)" if one["provisional"] else "") if known else "–",
        _rate(one) if known else "–",
        _target(one),
        f"{coverage['counted']}/{coverage['expected']}",
        VERDICT[one["verdict"]],
        "; ".join(part for part in (why, _tips(one["tips"])) if part),
    )


def _tips(tips: dict[str, int] | None) -> str:
    """Say what the tips service counted, beside what units report from their own books."""
    if tips is None:
        return ""
    return "tiếp nhận tin: " + ", ".join(f"{words} {tips[name]}" for name, words in TIPS.items())


def _rate(one: dict[str, Any]) -> str:
    if one["measure"] == "count":
        return ""
    value = one["value"]
    if one["measure"] == "growth":
        return percent({"n": value["n"] - value["d"], "d": value["d"]})
    return percent(value)


def _target(one: dict[str, Any]) -> str:
    target = one["target"]
    if target is None:
        return "–"
    unit = " %" if one["measure"] in {"ratio", "units_meeting", "growth"} else ""
    bounds = (f"≥ {target['at_least']}{unit}", target["at_least"]), (f"≤ {target['at_most']}{unit}", target["at_most"])
    return ", ".join(text for text, bound in bounds if bound is not None)
