"""Run the product as a user does: as a process of its own, stopped by Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from lanhmanh.cluster.ports import free_port

ROOT = Path(__file__).parent.parent.parent
LANHMANH = Path(sys.executable).parent / "lanhmanh"
PATIENCE_SECONDS = 180
"""How long a start may take on a busy machine before the test gives up."""


@dataclass(frozen=True)
class Product:
    """A product that runs, or a part of it, as a user finds it."""

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


@dataclass(frozen=True)
class Running(Product):
    """A product, or a part of it, that this test has started."""

    process: subprocess.Popen[bytes]

    def stop(self) -> int:
        """Press Ctrl-C, and return the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        """Pull the plug."""
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)


@contextmanager
def up(data: Path, *options: str, command: str = "up") -> Iterator[Running]:
    """Run `lanhmanh up`, or `up-cluster`, on a folder and a free port until the block ends."""
    port = free_port()
    around = {**os.environ, "LANHMANH_DATA": str(data), "LANHMANH_PORT": str(port)}
    data.mkdir(parents=True, exist_ok=True)
    with (data / "up.out").open("ab") as out:
        process = subprocess.Popen([LANHMANH, command, *options], env=around, cwd=ROOT, stdout=out, stderr=out)
    running = Running(f"http://127.0.0.1:{port}", data, {}, process)
    try:
        wait_until_ready(running)
        yield running
    finally:
        if process.poll() is None:
            running.kill() if command == "up" else running.stop()


def wait_until_ready(running: Running) -> None:
    """Wait until it answers that it is ready."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if running.process.poll() is not None:
            said = (running.data / "up.out").read_text(errors="replace")[-2000:]
            raise AssertionError(f"it ended with {running.process.returncode}: {said}")
        try:
            # The address is noted last, when every part is there.
            noted = (running.data / "address.json").exists()
            if noted and httpx.get(f"{running.url}/readyz", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("it was not ready in time")
