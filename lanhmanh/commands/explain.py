"""`lanhmanh explain`: why."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lanhmanh.api import connect
from lanhmanh.shown import STATUS, VERDICT, AsFormat, AsOf, Format, KnownAt, Unit, console, local, table, write_raw

commands = typer.Typer(help="Vì sao một nghĩa vụ hay một chỉ tiêu có kết luận như vậy.", no_args_is_help=True)


@commands.command()
def obligation(
    obligation_id: Annotated[str, typer.Argument(help="Mã nghĩa vụ, xem ở `lanhmanh status --format json`.")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Quy định, điều luật, lịch làm việc và mọi sự kiện của một nghĩa vụ báo cáo."""
    answer = connect().get(f"/v1/explanations/obligations/{obligation_id}", as_of=as_of, known_at=known_at)
    if form is not Format.TABLE:
        write_raw(answer.content)
        return
    shown = answer.json()
    out = console()
    out.print(f"[bold]{STATUS.get(shown['status'], shown['status'])}[/bold]: {shown['because']}")
    out.print(f"{shown['rule_name']}, kỳ {shown['period']}, {shown['calendar']['wording']}")
    out.print(f"{shown['reference']}; {'; '.join(shown['calendar']['articles'])}")
    rows = [
        (
            event["kind"],
            local(event["occurred_at"]),
            local(event["recorded_at"]),
            local(event["due_at"]),
            "" if event["counted"] else "chưa tính",
        )
        for event in shown["events"]
    ]
    out.print(table("Sự kiện", ("sự kiện", "xảy ra", "ghi nhận", "thời hạn", ""), rows))


@commands.command()
def indicator(
    code: Annotated[str, typer.Argument(help="Mã chỉ tiêu, ví dụ communication.communes.")],
    plan: Annotated[str, typer.Option("--plan", help="Tên ngắn của kế hoạch.")],
    period: Annotated[str, typer.Option("--period", help="Kỳ, ví dụ 2025.")],
    unit: Unit = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Ngưỡng, đơn vị đã tính và còn thiếu, và từng báo cáo có số liệu được dùng."""
    answer = connect().get(
        "/v1/explanations/indicator",
        plan=plan,
        indicator=code,
        period=period,
        unit=unit,
        as_of=as_of,
        known_at=known_at,
    )
    if form is not Format.TABLE:
        write_raw(answer.content)
        return
    shown: dict[str, Any] = answer.json()
    out = console()
    section = f" ({shown['section']})" if shown["section"] else ""
    out.print(f"[bold]{shown['indicator']['name']}[/bold]{section}")
    out.print(f"{VERDICT[shown['indicator']['verdict']]}: {shown['because']}")
    rows = [
        (
            one["unit"]["code"],
            one["unit"]["name"],
            "có" if one["counted"] else ("tạm tính" if one["provisional"] else "thiếu"),
            ", ".join(f"{code} = {'–' if n is None else n}" for code, n in one["figures"].items()),
            ", ".join(f"{used['rule']} {used['period']} v{used['version']}" for used in one["reports"]),
        )
        for one in shown["units"]
    ]
    out.print(table("Đơn vị", ("mã", "đơn vị", "đã tính", "số liệu", "báo cáo"), rows))
