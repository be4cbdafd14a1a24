"""The product in the shape of production: every part a process of its own, on PostgreSQL and Kafka."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from kernel.clock import SystemClock
from lanhmanh.api import development_token, scopes_of
from lanhmanh.cluster.parts import REPLICAS
from lanhmanh.folder import Folder
from lanhmanh.services import Name
from lanhmanh.yaml_file import example_names
from tests.journeys.cluster import is_alive, kill, metric, notes, replicas
from tests.journeys.product import LANHMANH, PATIENCE_SECONDS, ROOT, Product, Running, up

PLANS = example_names("plans")
OVER = "2025-12-31T00:00:00Z"
STATUS, INDICATORS = "/v1/compliance/obligations", "/v1/indicators"


def board(client: httpx.Client, path: str, plan: str, as_of: str) -> bytes:
    """Return a board as CSV, as `lanhmanh status` and `lanhmanh indicators` print it."""
    query = {"plan": plan, "as_of": as_of, **({"limit": "1000"} if path == STATUS else {})}
    answer = client.get(path, params=query, headers={"Accept": "text/csv"}).raise_for_status()
    assert "next" not in answer.links
    return answer.content


def without_ids(board: bytes) -> bytes:
    """Leave out the ids of obligations: they are made from that of the plan, which each product makes anew."""
    return re.sub(rb",[0-9a-f-]{36}(?=\r?\n)", b"", board)


def walk_through_plan(slug: str) -> dict[str, Any]:
    plan: dict[str, Any] = json.loads((ROOT / "examples" / "walkthrough" / "plan.json").read_text("utf-8"))
    return {**plan, "slug": slug}


def client_of(product: Product) -> httpx.Client:
    token = development_token(Folder(product.data), product.url, unit="VN", scopes=scopes_of())
    return httpx.Client(base_url=product.url, headers={"Authorization": f"Bearer {token}"}, timeout=60)


def issue(client: httpx.Client, slug: str) -> None:
    """Draft and issue a plan, and return when the other service has heard of it."""
    draft = walk_through_plan(slug)
    client.post("/v1/plans", json=draft, headers={"Idempotency-Key": slug}).raise_for_status()
    client.post(f"/v1/plans/{slug}/issue", headers={"If-Match": '"1"'}).raise_for_status()
    wait_until(lambda: client.get("/v1/obligations", params={"plan": slug}).is_success)


def wait_until(arrived: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not arrived():
        if time.monotonic() > until:
            raise AssertionError("it did not come in time")
        time.sleep(0.1)


@pytest.mark.parametrize("plan", PLANS)
def test_boards_are_those_of_the_product_in_one_process(product: Running, cluster: Product, plan: str) -> None:
    with client_of(product) as alone, client_of(cluster) as together:
        for as_of in (OVER, SystemClock().now().isoformat()):
            assert board(together, INDICATORS, plan, as_of) == board(alone, INDICATORS, plan, as_of)
            assert without_ids(board(together, STATUS, plan, as_of)) == without_ids(board(alone, STATUS, plan, as_of))


def test_commands_find_the_cluster_by_its_folder(cluster: Product) -> None:
    around = {name: value for name, value in cluster.environment().items() if name != "LANHMANH_URL"}
    asked = ["status", "--plan", PLANS[0], "--as-of", OVER, "--format", "csv"]

    said = subprocess.run([LANHMANH, *asked], env=around, check=True, capture_output=True).stdout

    with client_of(cluster) as client:
        assert said == board(client, STATUS, PLANS[0], OVER)


def test_events_of_what_was_loaded_come_by_kafka_too_and_change_nothing(cluster: Product) -> None:
    with client_of(cluster) as client:
        before = [board(client, path, PLANS[0], OVER) for path in (STATUS, INDICATORS)]

        # There is one partition: whoever hears of this plan has been told everything before it.
        issue(client, "after-the-examples-2026")

        after = [board(client, path, PLANS[0], OVER) for path in (STATUS, INDICATORS)]
    handled = [metric(url, "lanhmanh_events_handled_total") for url in replicas(cluster, "reports").values()]
    types = {labels for one in handled for labels in one}
    assert any("plan.issued" in labels for labels in types)
    assert not any("units.changed" in labels for labels in types)
    assert after == before


@pytest.mark.asyncio
async def test_role_of_a_service_reaches_its_own_database_only(cluster: Product) -> None:
    host = notes(cluster)["postgres"]["url"].removeprefix("postgresql://")
    reached = set()
    for role in Name:
        password = (cluster.data / "cluster" / "passwords" / role).read_text("utf-8")
        for database in (*Name, "postgres", "template1"):
            try:
                connection = await asyncpg.connect(f"postgresql://{role}:{password}@{host}/{database}")
            except asyncpg.InsufficientPrivilegeError:
                continue
            await connection.close()
            reached.add((role, database))

    assert reached == {(name, name) for name in Name}


def test_each_service_has_its_replicas_and_all_share_the_keys(cluster: Product) -> None:
    kinds = {name: list(replicas(cluster, name)) for name in Name}

    assert {name: len(found) for name, found in kinds.items()} == dict.fromkeys(Name, REPLICAS)
    # A request that is sent again may come to another replica, which must know it by the same digest.
    answers = []
    with client_of(cluster) as client:
        for _ in range(REPLICAS):
            draft = walk_through_plan("sent-again-2026")
            answers.append(client.post("/v1/plans", json=draft, headers={"Idempotency-Key": "sent-again"}))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.usefixtures("cluster_programs")
def test_cluster_loses_replicas_and_its_starter_but_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    with up(tmp_path / "data", "--no-examples", command="up-cluster") as first:
        first.command("units", "load-national", "--bodies", "provinces")
        with client_of(first) as client:
            issue(client, "before-the-loss-2026")
            report = json.loads((ROOT / "examples" / "walkthrough" / "report.json").read_text(encoding="utf-8"))
            report["plan"] = "before-the-loss-2026"
            client.post("/v1/reports", json=report, headers={"Idempotency-Key": "by-kafka"}).raise_for_status()
            _kill_one_of_each(first)

            answers = [client.get("/v1/compliance", params={"plan": "before-the-loss-2026"}) for _ in range(8)]
            issue(client, "after-the-loss-2026")
            at_first = _boards(client)
        left_behind = [int(note["pid"]) for note in notes(first).values()]
        first.kill()

    with up(tmp_path / "data", command="up-cluster") as second:
        with client_of(second) as client:
            at_second = _boards(client)
        running = [int(note["pid"]) for note in notes(second).values()]
        stopped = second.stop()

    assert [answer.status_code for answer in answers] == [200] * 8
    counts = answers[-1].json()["counts"]
    assert counts == {**counts, "total": 2, "on_time": 1}
    assert at_second == at_first
    assert stopped == 0
    assert not [pid for pid in left_behind + running if is_alive(pid)]
    assert notes(second) == {}
    said = (tmp_path / "data" / "up.out").read_text("utf-8")
    assert "plans-" in said
    assert "đã tự dừng" in said
    assert "Dừng gateway còn sót của lần chạy trước." in said


def _kill_one_of_each(product: Running) -> None:
    """Kill the replica of each service that does what only one of them may: send events, or else handle them."""
    for service in Name:
        urls = replicas(product, service)
        busy = [name for name, url in urls.items() if metric(url, "lanhmanh_outbox_unsent")]
        assert len(busy) == 1
        kill(product, busy[0])


def _boards(client: httpx.Client) -> list[bytes]:
    plans = ("before-the-loss-2026", "after-the-loss-2026")
    return [board(client, path, plan, OVER) for plan in plans for path in (STATUS, INDICATORS)]
