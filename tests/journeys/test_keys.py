"""`lanhmanh keys` on a cluster whose replicas share a file: keys are rotated while tips come in, and nobody notices."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import httpx

from kernel.clock import SystemClock
from lanhmanh.api import development_token
from lanhmanh.folder import Folder
from runtime.auth.key_folder import replace_secret_file
from runtime.crypto.rotation import SETTLED
from tests.journeys.cluster import metric, replicas
from tests.journeys.product import LANHMANH, Product
from tests.journeys.test_cluster import client_of, wait_until

CONTENT = {"summary": "Đèn biển Kê Gà nhấp nháy lạ về đêm."}


@contextmanager
def tips_coming_in(client: httpx.Client) -> Iterator[list[httpx.Response]]:
    """Send tips one after another, and gather the answers."""
    answers: list[httpx.Response] = []
    enough = Event()

    def send() -> None:
        while not enough.wait(0.02):
            key = {"Idempotency-Key": f"rotation-{len(answers)}"}
            answers.append(client.post("/v1/tips", json=a_tip(), headers=key))

    with ThreadPoolExecutor(1) as thread:
        sending = thread.submit(send)
        try:
            yield answers
        finally:
            enough.set()
            sending.result()


def a_tip() -> dict[str, Any]:
    return {"unit": "VN", "channel": "visitor", "content": CONTENT}


def refused(product: Product, *arguments: str) -> str:
    done = subprocess.run([LANHMANH, *arguments], env=product.environment(), check=False, capture_output=True)
    assert done.returncode == 1
    return done.stderr.decode()


def wrapped(product: Product) -> dict[str, int]:
    """Return how many keys of data the wrapping keys of tips wrap, by their stage."""
    token = development_token(Folder(product.data), product.url, unit="VN", scopes=["tips:operate"])
    asked = httpx.get(f"{product.url}/v1/operations/tips/keys", headers={"Authorization": f"Bearer {token}"})
    return {one["stage"]: one["wrapped"] for one in asked.raise_for_status().json()["keys"] if one["use"] == "enc"}


def begun_earlier(file: Path) -> None:
    """Have the newest keys have begun when nobody can be behind any more."""
    keys = json.loads(file.read_text("utf-8"))
    for key in keys["keys"]:
        if "nbf" in key:
            key["nbf"] = int((SystemClock().now() - SETTLED - timedelta(minutes=1)).timestamp())
    replace_secret_file(file, json.dumps(keys))


def test_keys_are_rotated_while_tips_come_in_and_the_old_one_goes_when_nothing_needs_it(
    cluster: Product, tmp_path: Path
) -> None:
    file = cluster.data / "keys" / "tips-keys.json"
    with client_of(cluster) as client, tips_coming_in(client) as answers:
        wait_until(lambda: len(answers) > 0)
        cluster.command("keys", "rotate", "tips", "--after", "0s")
        cluster.command("keys", "rotate", "tips", "--signing", "--after", "0s")
        wait_until(lambda: wrapped(cluster).get("old") == 0)
        assert "Khóa mới chưa dùng đủ lâu" in refused(cluster, "keys", "retire", "tips")
        begun_earlier(file)
        said = cluster.command("keys", "retire", "tips").decode()
        told = cluster.command("keys", "status", "tips").decode()

    assert "Đã bỏ khóa" in said
    assert ("đang dùng" in told, "cũ" in told) == (True, True)  # the one that signed stays
    assert {answer.status_code for answer in answers} == {201}
    receipts = [answer.json() for answer in answers]
    assert len({receipt["key_id"] for receipt in receipts}) == 2
    headers = {"Authorization": client.headers["Authorization"]}
    for url in replicas(cluster, "tips").values():
        with httpx.Client(base_url=url, headers=headers, timeout=60) as replica:
            for receipt in (receipts[0], receipts[-1]):
                assert replica.get(f"/v1/tips/{receipt['tip_id']}/content").json()["content"] == CONTENT
            again = replica.post("/v1/tips", json=a_tip(), headers={"Idempotency-Key": "rotation-0"})
            assert again.json() == receipts[0]
    kept = tmp_path / "receipt.json"
    kept.write_text(json.dumps(receipts[0]), "utf-8")
    assert "không phát hiện" in cluster.command("ledger", "verify", "--receipt", str(kept)).decode()
    metrics = [metric(url, "lanhmanh_keys") for url in replicas(cluster, "tips").values()]
    assert [sum('use="enc"' in labels for labels in one) for one in metrics] == [1, 1]
