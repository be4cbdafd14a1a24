"""`lanhmanh dead`: events that a service put aside, and what is done with them."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID, uuid4

import typer

from lanhmanh.api import Api, Refused, connect_to
from lanhmanh.shown import console, local, table

commands = typer.Typer(help="Sự kiện bị để riêng: xem, xử lý lại, loại bỏ.", no_args_is_help=True)


class Reader(StrEnum):
    """The services that read events."""

    REPORTS = "reports"
    TIPS = "tips"
    REFERRALS = "referrals"


class State(StrEnum):
    """What became of an event that was put aside."""

    WAITING = "waiting"
    REPLAYED = "replayed"
    DISCARDED = "discarded"
    ALL = "all"


Event = Annotated[UUID, typer.Argument(help="Mã sự kiện, như `lanhmanh dead list` cho biết.")]
Why = Annotated[str, typer.Option("--reason", help="Lý do; được lưu lại.")]


@commands.command("list")
def list_letters(
    state: Annotated[State, typer.Option(help="Trạng thái của sự kiện.")] = State.WAITING,
) -> None:
    """Liệt kê sự kiện bị để riêng; mã thoát 1 nếu còn sự kiện đang chờ."""
    rows = [(reader, one) for reader in Reader for one in _listed(reader, state)]
    columns = ("dịch vụ", "mã sự kiện", "trạng thái", "loại", "lỗi", "số lần thử", "lúc")
    shown = [
        (reader, one["event_id"], one["state"], one["type"], one["failure"], one["tries"], local(one["died_at"]))
        for reader, one in rows
    ]
    console().print(table("Sự kiện bị để riêng", columns, shown, numbers=("số lần thử",)))
    if any(one["state"] == State.WAITING for _, one in rows):
        raise typer.Exit(1)


@commands.command()
def show(event: Event) -> None:
    """Cho xem một sự kiện, nội dung của nó và những gì đã làm với nó."""
    reader = _reader_of(event)
    found = connect_to(reader).get(f"{_base(reader)}/{event}").json()
    console().print_json(json.dumps(found, ensure_ascii=False))


@commands.command()
def replay(event: Event, reason: Why) -> None:
    """Xử lý lại một sự kiện: nó có hiệu lực đúng một lần."""
    _act(event, "replay", reason)
    console().print(f"Đã xử lý: {event}")


@commands.command()
def discard(event: Event, reason: Why) -> None:
    """Loại bỏ một sự kiện: nó không bao giờ có hiệu lực. Nội dung và lý do được giữ lại."""
    _act(event, "discard", reason)
    console().print(f"Đã loại bỏ: {event}")


def _act(event: UUID, act: str, reason: str) -> None:
    reader = _reader_of(event)
    body = {"act": act, "reason": reason}
    connect_to(reader).send("POST", f"{_base(reader)}/{event}/acts", body, Idempotency_Key=str(uuid4()))


def _listed(reader: Reader, state: State) -> list[dict[str, Any]]:
    api: Api = connect_to(reader)
    asked = None if state is State.ALL else state.value
    found: list[dict[str, Any]] = api.get(_base(reader), state=asked, limit=1000).json()["items"]
    return found


def _reader_of(event: UUID) -> Reader:
    """Return the service that put an event aside; of several, the first in which it still waits."""
    found = [(one["state"] != State.WAITING, reader) for reader in Reader if (one := _find(reader, event))]
    if not found:
        raise Refused(f"Không có sự kiện {event} nào bị để riêng. Xem `lanhmanh dead list --state all`.")
    return min(found)[1]


def _find(reader: Reader, event: UUID) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = connect_to(reader).get(f"{_base(reader)}/{event}").json()
    except Refused as refused:
        if refused.status == 404:
            return None
        raise
    return found


def _base(reader: Reader) -> str:
    return f"/v1/operations/{reader}/dead-letters"
