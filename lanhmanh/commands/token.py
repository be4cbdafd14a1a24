"""`lanhmanh token`: a token of the development issuer."""

from __future__ import annotations

from typing import Annotated

import typer

from lanhmanh.api import SCOPES, development_token
from lanhmanh.folder import folder, port


def token(
    unit: Annotated[str, typer.Option(help="Mã đơn vị mà bên gọi đại diện; đơn vị cấp dưới được bao gồm.")] = "VN",
    scope: Annotated[list[str] | None, typer.Option(help="Quyền, lặp lại được; mặc định mọi quyền.")] = None,
    client: Annotated[str, typer.Option(help="Tên của bên gọi.")] = "lanhmanh",
) -> None:
    """In một mã truy cập thử nghiệm, có hạn một giờ."""
    here = folder()
    url = here.address() or f"http://127.0.0.1:{port()}"
    print(development_token(here, url, unit=unit, scopes=scope or SCOPES, client=client))
