"""`lanhmanh reconcile`: prove that nothing is lost, or name what is."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple
from uuid import uuid4

import typer

from contracts.topics import topic_of
from kernel.clock import SystemClock
from lanhmanh.api import Refused, connect_to
from lanhmanh.services import Name
from lanhmanh.shown import console, table

_PATIENCE_SECONDS = 600.0
"""How long a service may take: it reads whole topics."""


class Difference(NamedTuple):
    """An element that is where it should not be, or not where it should."""

    service: str
    where: str
    is_missing: bool
    element: Mapping[str, Any]


def reconcile(
    since: Annotated[
        str | None,
        typer.Option(help="Chỉ đối soát từ thời điểm này: 2026-11-24T00:00:00Z, hoặc 24h, 7d. Mặc định: tất cả."),
    ] = None,
) -> None:
    """Đối soát trạng thái, hộp gửi, chủ đề và hộp nhận; mã thoát 1 nếu có gì thiếu, thừa hoặc bị để riêng."""
    begin = None if since is None else instant_of(since)
    asked = {name: _ask(name, begin) for name in Name}
    found = {name: _await(name, run) for name, run in asked.items()}
    out = console()
    out.print(_summary(found))
    differences, explained = merge(found)
    for one in differences:
        out.print(_in_words(one), highlight=False, soft_wrap=True)
    for event in explained:
        out.print(f"Không phải sự kiện của hệ thống, đã loại bỏ có lý do: {event}", highlight=False, soft_wrap=True)
    put_aside = [(name, event) for name, one in found.items() for event in one["put_aside"]]
    for name, event in put_aside:
        out.print(f"Bị để riêng ở {name}, chưa có hiệu lực: {event}", highlight=False, soft_wrap=True)
    if differences or put_aside:
        raise typer.Exit(1)
    out.print("Khớp: không thiếu, không thừa.")


def instant_of(text: str) -> str:
    """Return the instant that a text names: itself, or so many hours or days ago.

    Raises:
        Refused: It names none.
    """
    units = {"h": "hours", "d": "days"}
    if text[:-1].isdigit() and text[-1:] in units:
        return (SystemClock().now() - timedelta(**{units[text[-1]]: int(text[:-1])})).isoformat()
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        given = None
    if given is None or given.tzinfo is None:
        raise Refused(f"`{text}` không phải thời điểm. Ví dụ: 2026-11-24T00:00:00Z, 24h, 7d.")
    return given.isoformat()


def merge(found: Mapping[Name, Mapping[str, Any]]) -> tuple[list[Difference], list[str]]:
    """Merge what the services found.

    What lies in a topic and was never told by its producer is explained where somebody discarded it at a reader, with
    a reason. Returns the differences that are left, and the ids of what is explained.
    """
    discarded = {event for one in found.values() for event in one["discarded"]}
    differences, explained = [], []
    for one in _differences(found):
        event = one.element["event_id"]
        if not one.is_missing and one.where == topic_of(one.service) and event in discarded:
            explained.append(event)
        else:
            differences.append(one)
    return differences, explained


def _differences(found: Mapping[Name, Mapping[str, Any]]) -> Iterator[Difference]:
    for name, one in found.items():
        for compared in one["comparisons"]:
            for element in compared["missing"]:
                yield Difference(name, compared["right"], True, element)
            for element in compared["surplus"]:
                yield Difference(name, compared["right"], False, element)


def _ask(name: Name, since: str | None) -> str:
    body = {"since": since}
    asked = connect_to(name).send("POST", f"/v1/operations/{name}/reconciliations", body, Idempotency_Key=str(uuid4()))
    return str(asked.json()["run_id"])


def _await(name: Name, run: str) -> dict[str, Any]:
    api, until = connect_to(name), time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        answer = api.get(f"/v1/operations/{name}/reconciliations/{run}").json()
        if answer["failure"] is not None:
            raise Refused(
                f"{name}: không đối soát được ({answer['failure']}). Kiểm tra Kafka và cơ sở dữ liệu, thử lại."
            )
        if answer["found"] is not None:
            found: dict[str, Any] = answer["found"]
            return found
        time.sleep(0.1)
    raise Refused(f"{name}: chưa đối soát xong sau {_PATIENCE_SECONDS:.0f} giây. Thử lại với --since.")


def _summary(found: Mapping[Name, Mapping[str, Any]]) -> Any:
    rows = [
        (name, compared["left"], compared["right"], compared["compared"], *_counts(compared))
        for name, one in found.items()
        for compared in one["comparisons"]
    ]
    numbers = ("đã so", "thiếu", "thừa")
    return table("Đối soát", ("dịch vụ", "từ", "đến", *numbers), rows, numbers=numbers)


def _counts(compared: Mapping[str, Any]) -> tuple[int, int]:
    return compared["missing_count"], compared["surplus_count"]


def _in_words(one: Difference) -> str:
    what = "Thiếu" if one.is_missing else "Thừa"
    element = one.element
    details = " ".join(str(element[name]) for name in ("type", "key", "event_id", "revision") if element[name])
    return f"{what} ở {one.where} ({one.service}): {details}"
