"""Ports of this machine on which servers listen."""

from __future__ import annotations

import socket
from itertools import cycle
from random import Random

HOST = "127.0.0.1"
"""Nothing is to be reached from other machines."""
_PORTS = range(20_000, 32_000)
"""Where servers listen: below the ports that systems give to outgoing connections."""
_in_turn = cycle(Random().sample(_PORTS, len(_PORTS)))  # noqa: S311 - so that other processes try others, no secret
"""No port is named twice: several are, before the first server listens."""


def free_port() -> int:
    """Return a port on which nothing listens, and that was not returned before."""
    return next(port for port in _in_turn if is_free(port))


def is_free(port: int) -> bool:
    """Say whether something could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def accepts_connections(port: int) -> bool:
    """Say whether something listens on this port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
