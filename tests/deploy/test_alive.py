"""The image's health check believes nothing but an answer."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from lanhmanh.cluster.ports import free_port
from tools.generated import ROOT


class Answering(BaseHTTPRequestHandler):
    """Lives at /healthz, and is not ready."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a process that lives."""
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def is_alive(*addresses: str) -> bool:
    command: list[str | Path] = [sys.executable, "-I", ROOT / "deploy" / "container" / "alive.py", *addresses]
    return subprocess.run(command, check=False).returncode == 0


def test_the_part_that_answers_lives_wherever_the_others_would_be(port: int) -> None:
    assert is_alive(f"{free_port()}/healthz", f"{port}/healthz")


def test_a_part_that_refuses_does_not_live(port: int) -> None:
    assert not is_alive(f"{port}/elsewhere")


def test_where_nothing_listens_nothing_lives() -> None:
    assert not is_alive(f"{free_port()}/healthz")
