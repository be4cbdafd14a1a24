"""In the shape of production, too, what is told in confidence stands nowhere: in no database, topic, log or metric."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.firewall.backups import back_up_servers
from tests.firewall.canaries import Confidant, canary, found_below
from tests.journeys.cluster import notes
from tests.journeys.product import PATIENCE_SECONDS, Product


@pytest.fixture(scope="module")
def told(cluster: Product) -> tuple[Confidant, str]:
    """Everything was told to a running cluster, in confidence and in public, and the events have arrived."""
    confidant, public = Confidant(cluster.url, cluster.data), canary("public")
    confidant.tell_tips()
    confidant.tell_support()
    confidant.say_in_public(public)
    until = time.monotonic() + PATIENCE_SECONDS
    while not any("kafka" in name for name in found_below(cluster.data, [public])):
        assert time.monotonic() < until, "the event did not reach its topic"
        time.sleep(0.5)
    back_up_servers(cluster)
    return confidant, public


def test_no_file_of_database_broker_process_or_backup_has_a_word_of_it(
    told: tuple[Confidant, str], cluster: Product
) -> None:
    confidant, _ = told

    assert found_below(cluster.data, confidant.canaries.values()) == {}


def test_no_answer_and_no_metric_of_any_process_has_a_word_of_it(told: tuple[Confidant, str], cluster: Product) -> None:
    confidant, _ = told
    urls = [note["url"] for note in notes(cluster).values() if note["url"].startswith("http")]
    metrics = [answer.text for url in urls if (answer := httpx.get(f"{url}/metrics")).is_success]

    said = "\n".join([*confidant.answers, *metrics])
    assert [name for name, text in confidant.canaries.items() if text in said] == []
    assert len(metrics) >= 9  # two replicas of four services, and the gateway


def test_the_same_search_finds_what_is_said_in_public_in_database_topic_log_and_backup(
    told: tuple[Confidant, str], cluster: Product
) -> None:
    _, public = told

    found = found_below(cluster.data, [public])

    places = ("postgres", "kafka", "logs", "backup")
    assert [place for place in places if not any(place in name for name in found)] == []
