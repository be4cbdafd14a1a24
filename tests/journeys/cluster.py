"""Run the product in the shape of production, and look at its processes."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import httpx

from lanhmanh.cluster.jars import ensure_kafka_jars
from lanhmanh.cluster.ports import free_port
from lanhmanh.cluster.postgres import find_binaries
from tests.journeys.product import LANHMANH, ROOT, Product
from tests.servers.lease import Lease, Server, await_answer

_FIRST_START_SECONDS = 300.0
"""How long the first start may take, loading included, on a machine that is busy with other tests."""


def start_cluster(folder: Path, lease: Lease) -> Server:
    """Start a cluster with the examples, below a run's lease. Its address is its URL and its folder.

    Raises:
        ServerUnavailable: What it needs cannot be had here, or it does not start.
    """
    find_binaries()
    ensure_kafka_jars()
    return _start("up-cluster", "the product's cluster", folder, lease)


def start_product(folder: Path, lease: Lease) -> Server:
    """Start the product in one process with the examples, below a run's lease. Its address is as that of a cluster.

    Raises:
        ServerUnavailable: It does not start.
    """
    return _start("up", "the product", folder, lease)


def _start(command: str, name: str, folder: Path, lease: Lease) -> Server:
    """Start a shape of the product, and return when it has greeted. What it says is beside its data."""
    port, data, said = free_port(), folder / "data", folder / "server.log"
    settings = [f"LANHMANH_DATA={data}", f"LANHMANH_PORT={port}"]
    guard = lease.guard(folder, ["env", "-C", str(ROOT), *settings, str(LANHMANH), command], stop="SIGINT")
    await_answer(guard, folder, lambda: "Ctrl-C" in said.read_text("utf-8"), patience=_FIRST_START_SECONDS)
    return Server(name, f"http://127.0.0.1:{port} {data}")


def replicas(product: Product, part: str) -> dict[str, str]:
    """Return the base URL of each process of a part that is noted as running, by its name."""
    return {name: note["url"] for name, note in notes(product).items() if note["part"] == part}


def notes(product: Product) -> dict[str, dict[str, str]]:
    """Return what is noted of each process."""
    run = product.data / "cluster" / "run"
    return {note.stem: json.loads(note.read_text("utf-8")) for note in run.glob("*.json")}


def kill(product: Product, name: str) -> None:
    """Kill a process of a cluster."""
    os.kill(int(notes(product)[name]["pid"]), signal.SIGKILL)


def metric(url: str, name: str) -> dict[str, float]:
    """Return the values of a metric of a process, by its labels as they are written."""
    lines = httpx.get(f"{url}/metrics", timeout=10).text.splitlines()
    found = (line.rpartition(" ") for line in lines if line.startswith(f"{name}{{"))
    return {labels: float(value) for labels, _, value in found}


def is_alive(pid: int) -> bool:
    """Say whether a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    # One whose starter was killed, and after which nobody asks here, has still ended.
    return state != "Z"
