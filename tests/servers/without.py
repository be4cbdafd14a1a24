"""Leave out the tests that need a real server: `pytest -p tests.servers.without`, as `make test-fast` does."""

from __future__ import annotations

import pytest

_SERVERS = {"postgres", "kafka", "own_kafka", "cluster", "cluster_programs", "servers"}
"""Fixtures that are a server. Whatever is built on one has its name in the test's closure."""
_CHOICES = {"postgresql", "kafka"}
"""Parameters by which a suite for several databases or buses chooses a server, asked for only when it runs."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if _needs_server(item)]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def _needs_server(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function):
        return False
    chosen = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return not _SERVERS.isdisjoint(item.fixturenames) or any(
        isinstance(choice, str) and choice in _CHOICES for choice in chosen
    )
