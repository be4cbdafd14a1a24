"""Ports of this machine on which servers listen."""

from __future__ import annotations

import secrets
import socket

HOST = "127.0.0.1"
"""Nothing is to be reached from other machines."""
_PORTS = range(20_000, 32_000)
"""Where servers listen: below the ports that systems give to outgoing connections."""


def free_port() -> int:
    """Return a port on which nothing listens."""
    while True:
        port = secrets.choice(_PORTS)
        if is_free(port):
            return port


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
