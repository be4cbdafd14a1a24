"""One running product with the examples in each of its shapes, for all stories that only add to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lanhmanh.cluster.jars import ensure_kafka_jars
from lanhmanh.cluster.postgres import find_binaries
from tests.journeys.cluster import start_cluster, start_product
from tests.journeys.product import Product
from tests.servers.lease import Server
from tests.servers.plugin import obtain, or_do_without


@pytest.fixture(scope="session")
def product(pytestconfig: pytest.Config) -> Product:
    """The product as `make up` runs it, once for the whole run: nobody may hurt it."""
    return _found(obtain(pytestconfig, "the product", start_product))


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> Product:
    """The product as `make up-cluster` runs it, once for the whole run: nobody may hurt it."""
    return _found(obtain(pytestconfig, "the cluster", start_cluster))


def _found(server: Server) -> Product:
    url, _, data = server.address.partition(" ")
    return Product(url, Path(data), {})


@pytest.fixture
def cluster_programs() -> None:
    """What a cluster of the test's own is run from."""
    or_do_without("the cluster", lambda: (find_binaries(), ensure_kafka_jars()))
