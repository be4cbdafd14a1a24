"""`lanhmanh keys`: rotate the keys of a service that seals what it keeps, while it runs."""

from __future__ import annotations

import os
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from kernel.clock import SystemClock
from lanhmanh.api import Refused, connect_to
from lanhmanh.folder import folder
from lanhmanh.shown import console, local, table
from runtime.auth.key_folder import read_secret_file, replace_secret_file
from runtime.crypto.key_file import KeyFile, Use, parse_key_file
from runtime.crypto.rotation import with_next, without_old

commands = typer.Typer(help="Khóa của dịch vụ: xem, xoay, bỏ khóa cũ. Không cần dừng dịch vụ.", no_args_is_help=True)

_USES = {Use.WRAP.value: "bọc khóa dữ liệu", Use.SIGN.value: "ký biên nhận"}
_STAGES = {"next": "sắp dùng", "current": "đang dùng", "old": "cũ"}


class Keeper(StrEnum):
    """The services that have keys of their own."""

    TIPS = "tips"
    REFERRALS = "referrals"


Service = Annotated[Keeper, typer.Argument(help="Dịch vụ.")]
File = Annotated[
    Path | None,
    typer.Option("--file", help="Tệp khóa; mặc định LANHMANH_KEY_FILE, hoặc tệp trong thư mục LANHMANH_DATA."),
]


@commands.command()
def status(service: Service) -> None:
    """Cho biết các khóa mà dịch vụ đang giữ, mỗi khóa bọc bao nhiêu khóa dữ liệu; mã thoát 1 nếu có khóa bị thiếu."""
    found = _ask(service)
    rows = [
        (one["key_id"], _USES[one["use"]], _STAGES[one["stage"]], local(one["begins_at"]), one["wrapped"])
        for one in found["keys"]
    ]
    columns = ("mã khóa", "dùng để", "trạng thái", "dùng từ", "khóa dữ liệu")
    console().print(table(f"Khóa của {service}", columns, rows, numbers=("khóa dữ liệu",)))
    if found["unknown"]:
        raise Refused(
            f"{found['unknown']} khóa dữ liệu được bọc bằng khóa không có trong tệp: nội dung của chúng không mở được. "
            "Khôi phục khóa đó từ bản sao lưu."
        )


@commands.command()
def rotate(
    service: Service,
    signing: Annotated[bool, typer.Option("--signing", help="Xoay khóa ký thay cho khóa bọc.")] = False,
    after: Annotated[
        str, typer.Option(help="Sau bao lâu thì dùng khóa mới (30m, 2h, 0s): đủ để mọi bản sao đọc được tệp mới.")
    ] = "30m",
    file: File = None,
) -> None:
    """Thêm khóa mới vào tệp. Đến lúc đã nêu, dịch vụ dùng khóa đó và tự bọc lại các khóa dữ liệu."""
    path, now = _file_of(service, file), SystemClock().now()
    use = Use.SIGN if signing else Use.WRAP
    changed, added = with_next(_read(path), use, now=now, begins_at=now + _duration(after))
    replace_secret_file(path, changed.text())
    begins = "" if added.begins_at is None else local(added.begins_at.isoformat())
    console().print(f"Đã thêm khóa {added.id} ({_USES[use]}) vào {path}, dùng từ {begins}.", soft_wrap=True)


@commands.command()
def retire(service: Service, file: File = None) -> None:
    """Bỏ các khóa bọc cũ khỏi tệp, khi dịch vụ cho biết không còn gì được bọc bằng chúng."""
    path = _file_of(service, file)
    wrapped = {one["key_id"]: one["wrapped"] for one in _ask(service)["keys"] if one["wrapped"] is not None}
    left, gone = without_old(_read(path), now=SystemClock().now(), wrapped=wrapped)
    replace_secret_file(path, left.text())
    console().print(f"Đã bỏ khóa {', '.join(gone)} khỏi {path}.", soft_wrap=True)
    console().print("Các bản sao lưu cũ của cơ sở dữ liệu vẫn cần khóa này: giữ nó cùng với chúng.", soft_wrap=True)


def _ask(service: Keeper) -> Any:
    return connect_to(service).get(f"/v1/operations/{service}/keys").json()


def _file_of(service: Keeper, file: Path | None) -> Path:
    named = file or os.environ.get("LANHMANH_KEY_FILE")
    path = Path(named) if named else folder().keys / f"{service}-keys.json"
    if not path.exists():
        raise Refused(f"Không có tệp {path}. Nêu tệp khóa của {service} bằng --file.")
    return path


def _read(path: Path) -> KeyFile:
    return parse_key_file(read_secret_file(path, forbidden=0o007), path)


def _duration(text: str) -> timedelta:
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    if not text[:-1].isdigit() or text[-1:] not in units:
        raise Refused(f"`{text}` không phải khoảng thời gian. Ví dụ: 0s, 30m, 2h.")
    return timedelta(**{units[text[-1]]: int(text[:-1])})
