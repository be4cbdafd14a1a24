"""`lanhmanh package`: make a key for tips that come from outside, and open them. The product need not run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lanhmanh.api import Refused
from lanhmanh.package_open import Unopened, new_key, show

commands = typer.Typer(
    help="Gói tin gửi cơ quan ngoài hệ thống: tạo khóa, mở gói. Không cần hệ thống đang chạy.", no_args_is_help=True
)


@commands.command("new-key")
def make_key(file: Annotated[Path, typer.Argument(help="Tệp khóa riêng sẽ ghi; giữ kín tệp này.")]) -> None:
    """Tạo khóa của một cơ quan; in khóa công khai để đơn vị đăng ký, và dấu vân tay để hai bên so."""
    try:
        print(new_key(file))
    except Unopened as unopened:
        raise Refused(str(unopened)) from None


@commands.command("open")
def open_package(
    file: Annotated[Path, typer.Argument(help="Gói đã nhận.")],
    key: Annotated[Path, typer.Option(help="Tệp khóa riêng của cơ quan.")],
    keys: Annotated[Path | None, typer.Option(help="Khóa công khai của biên nhận (JWK set), để kiểm tra.")] = None,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="In mà không kiểm tra; mã thoát vẫn là 1.")] = False,
) -> None:
    """Mở một gói, kiểm tra rồi mới in. Mã thoát 1 nếu không mở được, có phát hiện, hoặc không kiểm tra."""
    try:
        raise typer.Exit(show(file, key, keys, unchecked=unchecked))
    except Unopened as unopened:
        raise Refused(str(unopened)) from None
