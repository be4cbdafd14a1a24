"""`lanhmanh units`: the unit tree."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from lanhmanh.api import Api, connect
from lanhmanh.national import bodies_decision, national_decision
from lanhmanh.shown import console
from lanhmanh.yaml_file import read_yaml

commands = typer.Typer(help="Cây đơn vị: tải cả nước, hoặc một quyết định.", no_args_is_help=True)


class Bodies(StrEnum):
    """For whom the standing bodies of the template are made."""

    NONE = "none"
    PROVINCES = "provinces"
    ALL = "all"


@commands.command("load-national")
def load_national(
    bodies: Annotated[Bodies, typer.Option(help="Cơ quan thường có: không, cấp tỉnh, mọi tỉnh và xã.")] = Bodies.ALL,
) -> None:
    """Tải 34 tỉnh và 3.321 xã (từ 01/7/2025) và các cơ quan thường có. Tải lại không thay đổi gì."""
    api = connect()
    decisions = [national_decision()]
    if bodies is not Bodies.NONE:
        decisions.append(bodies_decision("all" if bodies is Bodies.ALL else "provinces"))
    with console().status("Đang tải …"):
        for decision in decisions:
            _take(api, decision)


@commands.command()
def load(file: Annotated[Path, typer.Argument(help="Tệp YAML của một quyết định về đơn vị.")]) -> None:
    """Tải một quyết định về đơn vị."""
    _take(connect(), read_yaml(file))


def _take(api: Api, decision: dict[str, Any]) -> None:
    # The key follows from the content: loading the same file again is the same request.
    key = hashlib.sha256(json.dumps(decision, sort_keys=True).encode()).hexdigest()[:32]
    taken = api.send("POST", "/v1/unit-decisions", decision, Idempotency_Key=f"units-{key}").json()
    console().print(f"{taken['decision']}: {taken['units']} đơn vị, {taken['successions']} kế tục")
