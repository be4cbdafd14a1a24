"""`lanhmanh`: run the product, and ask it."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from kernel.problems import Problem
from lanhmanh.api import Refused

_COMMANDS = {
    "up": "up:up",
    "up-cluster": "up_cluster:up_cluster",
    "serve": "serve:serve",
    "migrate": "migrate:migrate",
    "token": "token:token",
    "sign": "sign:sign",
    "new-keys": "new_keys:new_keys",
    "keys": "keys:commands",
    "units": "units:commands",
    "plan": "plan:commands",
    "status": "status:status",
    "indicators": "indicators:indicators",
    "explain": "explain:commands",
    "reconcile": "reconcile:reconcile",
    "ledger": "ledger:commands",
    "package": "package:commands",
    "dead": "dead:commands",
    "bench": "bench:commands",
}
"""Where each command is, below `lanhmanh.commands`."""


class _OnDemand(TyperGroup):
    """Imports a command when it is called: one that only asks must not wait for all services to be imported."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        place = _COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        found = getattr(import_module(f"lanhmanh.commands.{module}"), name)
        if isinstance(found, typer.Typer):
            group = typer.main.get_group(found)
            group.name = cmd_name
            return group
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(cmd_name)(found)
        return typer.main.get_command(alone)


app = typer.Typer(
    cls=_OnDemand,
    name="lanhmanh",
    help="Lành Mạnh: kế hoạch phòng, chống mại dâm, chế độ báo cáo và chỉ tiêu.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def lanhmanh() -> None:
    """Lành Mạnh: kế hoạch phòng, chống mại dâm, chế độ báo cáo và chỉ tiêu."""


def main() -> None:
    """Run a command. What it refuses is said in words, with exit code 1."""
    try:
        app()
    except Refused as refused:
        print(refused, file=sys.stderr)
        sys.exit(1)
    except Problem as problem:
        words = problem.say("vi")
        print(f"{words.title}: {words.detail} {words.mend}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
