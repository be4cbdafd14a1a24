"""Run the product as a user does: as a process of its own, stopped by Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent.parent
LANHMANH = Path(sys.executable).parent / "lanhmanh"
PATIENCE_SECONDS = 120
"""How long a start may take on a busy machine before the test gives up."""


@dataclass(frozen=True)
class Running:
    """A running product, or a part of it."""

    process: subprocess.Popen[bytes]
    url: str
    data: Path
    around: Mapping[str, str]
    """The settings with which it was started."""

    def environment(self) -> dict[str, str]:
        """Return the environment in which commands find it."""
        return {**os.environ, **self.around, "LANHMANH_DATA": str(self.data), "LANHMANH_URL": self.url}

    def command(self, *arguments: str) -> bytes:
        """Run a `lanhmanh` command against it, and return what it prints."""
        done = subprocess.run([LANHMANH, *arguments], env=self.environment(), check=True, capture_output=True)
        return done.stdout

    def stop(self) -> int:
        """Press Ctrl-C, and return the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        """Pull the plug."""
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)


@contextmanager
def up(data: Path, *options: str) -> Iterator[Running]:
    """Run `lanhmanh up` on a folder until the block ends."""
    with part("up", *options, data=data, environment={}) as running:
        yield running


@contextmanager
def part(*arguments: str, data: Path, environment: Mapping[str, str]) -> Iterator[Running]:
    """Run a part of the product on a free port until the block ends."""
    port = free_port()
    named = {"LANHMANH_DATA": str(data), "LANHMANH_PORT": str(port), **environment}
    more = [] if arguments[0] == "up" else ["--port", str(port)]
    data.mkdir(parents=True, exist_ok=True)
    with (data / f"{arguments[-1]}.out").open("ab") as out:
        process = subprocess.Popen(
            [LANHMANH, *arguments, *more], env={**os.environ, **named}, cwd=ROOT, stdout=out, stderr=out
        )
    running = Running(process, f"http://127.0.0.1:{port}", data, environment)
    try:
        wait_until_ready(running)
        yield running
    finally:
        if process.poll() is None:
            running.kill()


def wait_until_ready(running: Running) -> None:
    """Wait until it answers that it is ready."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if running.process.poll() is not None:
            said = "".join(path.read_text(errors="replace")[-2000:] for path in running.data.glob("*.out"))
            raise AssertionError(f"it ended with {running.process.returncode}: {said}")
        try:
            if httpx.get(f"{running.url}/readyz", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("it was not ready in time")


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
