"""`lanhmanh ledger`: seal the ledger of tips, write it out, and check it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TextIO
from uuid import uuid4

import typer

from lanhmanh.api import Api, Refused, connect
from lanhmanh.ledger_check import check_export, keys_of, report

commands = typer.Typer(help="Sổ tiếp nhận tin: niêm phong, xuất, kiểm tra.", no_args_is_help=True)

_LARGEST_PAGE = 1000


@commands.command()
def head(
    seal: Annotated[bool, typer.Option(help="Niêm phong ngay, không đợi 24:00.")] = False,
    save: Annotated[Path | None, typer.Option(help="Ghi các bản niêm phong vào tệp, để so về sau.")] = None,
) -> None:
    """Cho biết bản niêm phong mới nhất; giữ lại ở nơi khác để sau này đối chiếu."""
    api = connect()
    if seal:
        api.send("POST", "/v1/tips/ledger/heads", None, Idempotency_Key=str(uuid4()))
    found = list(_heads(api))
    if not found:
        raise Refused("Chưa có bản niêm phong nào. Chạy `lanhmanh ledger head --seal` sau khi có tin đầu tiên.")
    if save is not None:
        save.write_text(json.dumps(found, ensure_ascii=False, indent=2), encoding="utf-8")
    print(json.dumps(found[0], ensure_ascii=False, indent=2))


@commands.command()
def export(
    file: Annotated[Path, typer.Argument(help="Tệp NDJSON; `-` là đầu ra chuẩn.")] = Path("-"),
) -> None:
    """Xuất khóa công khai, các bản niêm phong và mọi mục của sổ: không có nội dung của tin nào."""
    if str(file) == "-":
        _write(sys.stdout)
        return
    with file.open("w", encoding="utf-8") as out:
        _write(out)


@commands.command()
def verify(
    file: Annotated[Path | None, typer.Argument(help="Tệp đã xuất; mặc định hỏi hệ thống.")] = None,
    keys: Annotated[Path | None, typer.Option(help="Khóa công khai đã giữ (JWK set).")] = None,
    heads: Annotated[Path | None, typer.Option(help="Các bản niêm phong đã giữ.")] = None,
    receipt: Annotated[list[Path] | None, typer.Option(help="Biên nhận cần đối chiếu.")] = None,
) -> None:
    """Kiểm tra sổ; nêu đích danh mục bị sửa, thiếu, chèn, đổi chỗ hoặc cắt. Mã thoát 1 nếu có phát hiện."""
    lines = export_lines(connect()) if file is None else (json.loads(line) for line in file.open(encoding="utf-8"))
    ledger = check_export(
        lines,
        keys=None if keys is None else keys_of(_read(keys)),
        heads=[] if heads is None else _read(heads),
        receipts=[_read(one) for one in receipt or ()],
    )
    raise typer.Exit(report(ledger.findings, f"{ledger.entries} mục"))


def _write(out: TextIO) -> None:
    for line in export_lines(connect()):
        out.write(json.dumps(line, ensure_ascii=False) + "\n")


def export_lines(api: Api) -> Iterator[dict[str, Any]]:
    """Return the lines of an export. Heads come first: entries that are read after them hold all that they sealed."""
    yield from ({"kind": "key"} | key for key in api.get("/v1/tips/receipt-keys").json()["keys"])
    yield from ({"kind": "head"} | one for one in _heads(api))
    cursor: str | None = None
    while True:
        page = api.get("/v1/tips/ledger/entries", limit=_LARGEST_PAGE, cursor=cursor).json()
        yield from ({"kind": "entry"} | one for one in page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            return


def _heads(api: Api) -> Iterator[dict[str, Any]]:
    below: int | None = None
    while page := api.get("/v1/tips/ledger/heads", limit=_LARGEST_PAGE, below=below).json():
        yield from page
        below = page[-1]["entries"]
        if below == 1:
            return


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(f"Không đọc được {path}: {type(error).__name__}.") from None
