"""One running product with the examples, for all stories that only add to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.product import Running, up


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The product as `make up` runs it."""
    with up(tmp_path_factory.mktemp("product")) as running:
        yield running
