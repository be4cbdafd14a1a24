"""`lanhmanh`: run the product, and ask it."""

from __future__ import annotations

import sys

import typer

from kernel.problems import Problem
from lanhmanh.api import Refused
from lanhmanh.commands import (
    explain,
    indicators,
    migrate,
    new_keys,
    plan,
    serve,
    sign,
    status,
    token,
    units,
    up,
    up_cluster,
)

app = typer.Typer(
    name="lanhmanh",
    help="Lành Mạnh: kế hoạch phòng, chống mại dâm, chế độ báo cáo và chỉ tiêu.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(up.up)
app.command()(up_cluster.up_cluster)
app.command()(serve.serve)
app.command()(migrate.migrate)
app.command()(token.token)
app.command()(sign.sign)
app.command()(new_keys.new_keys)
app.add_typer(units.commands, name="units")
app.add_typer(plan.commands, name="plan")
app.command()(status.status)
app.command()(indicators.indicators)
app.add_typer(explain.commands, name="explain")


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
