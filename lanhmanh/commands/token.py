"""`lanhmanh token`: a token of the development issuer."""

from __future__ import annotations

from typing import Annotated

import typer

from lanhmanh.api import SCOPES, Refused, development_token, scopes_of
from lanhmanh.folder import folder, port


def token(
    unit: Annotated[str, typer.Option(help="Mã đơn vị mà bên gọi đại diện; đơn vị cấp dưới được bao gồm.")] = "VN",
    scope: Annotated[list[str] | None, typer.Option(help="Quyền, lặp lại được.")] = None,
    service: Annotated[
        list[str] | None,
        typer.Option(help="Mọi quyền của dịch vụ này, lặp lại được; mặc định plans, reports, tips (không referrals)."),
    ] = None,
    client: Annotated[str, typer.Option(help="Tên của bên gọi.")] = "lanhmanh",
) -> None:
    """In một mã truy cập thử nghiệm, có hạn một giờ."""
    for name in service or ():
        if name not in SCOPES:
            raise Refused(f"Không có dịch vụ {name}. Các dịch vụ: {', '.join(SCOPES)}.")
    here = folder()
    url = here.address() or f"http://127.0.0.1:{port()}"
    print(development_token(here, url, unit=unit, scopes=scope or scopes_of(service), client=client))
