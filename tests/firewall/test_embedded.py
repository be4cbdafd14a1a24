"""What is told in confidence stands nowhere in clear: not in a database, a journal, a log, a metric or an answer."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.firewall.backups import back_up_files
from tests.firewall.canaries import Confidant, canary, found_below
from tests.journeys.product import up


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Confidant, Path, str, str]:
    """Everything was told, in confidence and in public, to a product that has stopped since."""
    data = tmp_path_factory.mktemp("confidence")
    public = canary("public")
    with up(data, "--no-examples") as running:
        running.command("units", "load-national", "--bodies", "provinces")
        confidant = Confidant(running.url, data)
        confidant.tell_tips()
        confidant.tell_support()
        confidant.say_in_public(public)
        metrics = httpx.get(f"{running.url}/metrics").text
        assert running.stop() == 0
    back_up_files(data)
    return confidant, data, public, metrics


def test_no_file_of_the_product_has_a_word_of_it(told: tuple[Confidant, Path, str, str]) -> None:
    confidant, data, _, _ = told

    assert found_below(data, confidant.canaries.values()) == {}


def test_no_answer_and_no_metric_has_a_word_of_it(told: tuple[Confidant, Path, str, str]) -> None:
    confidant, _, _, metrics = told

    said = "\n".join([*confidant.answers, metrics])
    assert [name for name, text in confidant.canaries.items() if text in said] == []
    assert len(confidant.answers) > 15
    assert "lanhmanh_refusals_total" in metrics


def test_the_search_would_find_it(told: tuple[Confidant, Path, str, str]) -> None:
    """What is said in public is found by the same search: with producer and reader, in the log, in backups."""
    confidant, data, public, _ = told

    places = [Path(name.removesuffix("-wal")) for name in found_below(data, [public])]
    found = {part for place in places for part in place.parts}

    assert {"plans.db", "reports.db", "lanhmanh.log", "backup"} <= found
    assert public.upper()[:9] in "\n".join(confidant.answers)
