"""`lanhmanh plan`: plans from files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated

import typer

from lanhmanh.api import connect
from lanhmanh.shown import console
from lanhmanh.yaml_file import read_yaml

commands = typer.Typer(help="Kế hoạch từ tệp.", no_args_is_help=True)


@commands.command()
def load(
    file: Annotated[Path, typer.Argument(help="Tệp YAML của kế hoạch, như examples/plans/kim-tan-2026.yaml.")],
    issue: Annotated[bool, typer.Option(help="Ban hành ngay, hay chỉ soạn thảo.")] = True,
) -> None:
    """Soạn một kế hoạch từ tệp và ban hành. Mọi chỗ chưa đúng được nêu một lần; khi đó không có gì được ghi."""
    draft = read_yaml(file)
    api = connect()
    key = hashlib.sha256(json.dumps(draft, sort_keys=True).encode()).hexdigest()[:32]
    begun = api.send("POST", "/v1/plans", draft, Idempotency_Key=f"plan-{key}").json()
    path = f"/v1/plans/{begun['slug']}"
    if not issue:
        console().print(f"{begun['slug']}: đã soạn thảo")
        return
    found = api.get(path)
    if found.json()["state"] == "draft":
        found = api.send("POST", f"{path}/issue", None, If_Match=found.headers["etag"])
    console().print(f"{begun['slug']}: đã ban hành, phiên bản {found.json()['version']}")
