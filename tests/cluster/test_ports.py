"""Ports: several are asked for before the first server listens."""

from __future__ import annotations

import socket

from lanhmanh.cluster.ports import HOST, free_port


def test_no_port_is_given_twice() -> None:
    ports = [free_port() for _ in range(500)]

    assert len(set(ports)) == 500


def test_port_on_which_somebody_listens_is_passed_over() -> None:
    given = free_port()
    with socket.create_server((HOST, given)):
        # As many as there are: the turn comes round to it.
        assert given not in {free_port() for _ in range(12_000)}
