"""`lanhmanh reconcile` and `lanhmanh dead` on the whole product: nothing is missing, and nothing was put aside."""

from __future__ import annotations

import pytest

from contracts.topics import PARTITIONS
from tests.journeys.product import Product


@pytest.mark.parametrize("shape", ["product", "cluster"])
def test_every_set_of_every_service_is_compared_and_nothing_is_missing(
    shape: str, request: pytest.FixtureRequest
) -> None:
    running: Product = request.getfixturevalue(shape)

    said = running.command("reconcile").decode()
    none_aside = running.command("dead", "list").decode()

    assert "Khớp" in said
    assert all(topic in said for topic in PARTITIONS if shape == "cluster" or topic != "lanhmanh.reports")
    assert "waiting" not in none_aside


def test_what_was_told_in_the_last_day_is_compared_alone(product: Product) -> None:
    assert "Khớp" in product.command("reconcile", "--since", "24h").decode()
