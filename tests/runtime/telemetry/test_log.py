"""Logs are JSON, one line an event, and hold only what is listed."""

from __future__ import annotations

import ast
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

import runtime
from runtime.telemetry.log import FIELDS, configure, get_logger

CHECKOUT = Path(runtime.__file__).parents[1]
PACKAGES = ("runtime", "services", "gateway", "lanhmanh")
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configure(stream)
    yield stream
    structlog.reset_defaults()


def test_a_line_is_json_with_its_words_and_fields(stream: io.StringIO) -> None:
    get_logger("lighthouse").warning("lamp out", error="Sương mù", count=7)

    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "lamp out", "level": "warning", "service": "lighthouse", "error": "Sương mù", "count": 7}


def test_a_field_that_is_not_listed_does_not_leave(stream: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(informant="Nguyễn Văn A"):
        get_logger("lighthouse").info("lamp out", content="hunter2", request_id="harbour-office-7")

    line = json.loads(stream.getvalue())
    assert line["request_id"] == "harbour-office-7"
    assert set(line) <= FIELDS
    assert "hunter2" not in stream.getvalue()
    assert "Nguyễn" not in stream.getvalue()


def test_a_field_with_a_line_break_stays_one_line(stream: io.StringIO) -> None:
    get_logger("lighthouse").info("lamp out", error="one\ntwo")

    assert stream.getvalue().count("\n") == 1


def test_lines_below_the_level_are_not_written(stream: io.StringIO) -> None:
    get_logger("lighthouse").debug("lamp out")

    assert stream.getvalue() == ""


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    """Yield every call of a logger in the product, with its place."""
    for package in PACKAGES:
        for path in sorted((CHECKOUT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _is_of_a_logger(node.func):
                    yield f"{path.relative_to(CHECKOUT)}:{node.lineno}", node


def _is_of_a_logger(called: ast.expr) -> bool:
    return isinstance(called, ast.Attribute) and called.attr in LEVELS and "log" in ast.unparse(called.value)


def test_every_line_in_the_code_has_constant_words_and_listed_fields() -> None:
    calls = list(log_calls())

    assert len(calls) > 5
    for place, call in calls:
        (words,) = call.args
        assert isinstance(words, ast.Constant), f"{place}: what varies goes into fields"
        unlisted = {keyword.arg for keyword in call.keywords} - FIELDS
        assert not unlisted, f"{place}: {unlisted} would be dropped; list it in docs/data.md and FIELDS"
