"""One running product with the examples in each of its shapes, for all stories that only add to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lanhmanh.cluster.jars import ensure_kafka_jars
from lanhmanh.cluster.postgres import find_binaries
from tests.journeys.cluster import start_cluster
from tests.journeys.product import Product, Running, up
from tests.servers.plugin import obtain, or_do_without


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The product as `make up` runs it."""
    with up(tmp_path_factory.mktemp("product")) as running:
        yield running


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> Product:
    """The product as `make up-cluster` runs it, once for the whole run: nobody may hurt it."""
    server = obtain(pytestconfig, "the cluster", start_cluster)
    url, _, data = server.address.partition(" ")
    return Product(url, Path(data), {})


@pytest.fixture
def cluster_programs() -> None:
    """What a cluster of the test's own is run from."""
    or_do_without("the cluster", lambda: (find_binaries(), ensure_kafka_jars()))
