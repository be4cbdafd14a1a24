"""What the tests of faults are run from, and how a long one says how it goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator

import pytest

from lanhmanh.cluster.jars import ensure_kafka_jars
from lanhmanh.cluster.postgres import find_binaries
from tests.servers.lease import Lease
from tests.servers.plugin import or_do_without

IS_SOAK = not {"LANHMANH_TEST_FAULTS", "LANHMANH_TEST_TIPS"}.isdisjoint(os.environ)
Tell = Callable[[str], None]


@pytest.fixture
def own_lease() -> Iterator[Lease]:
    """What the world's processes end with."""
    lease = Lease.begin()
    yield lease
    lease.end()


@pytest.fixture
def servers() -> None:
    """What they are run from."""
    or_do_without("the world under fire", lambda: (find_binaries(), ensure_kafka_jars()))


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    """Say in a soak how it goes."""

    def say(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()

    return say if IS_SOAK else lambda _line: None
