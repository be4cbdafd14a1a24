"""No request makes the service fail, or answer what its document does not say; and every receipt is in the ledger."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from lanhmanh.ledger_check import check_export
from runtime.reconciliation.compare import reconcile
from services.tips.api import follow_up
from tests.rig import Blueprint
from tests.tips.auditor import exported, sealed
from tests.tips.desk import Desk
from tests.tips.fuzz.judge import Judge
from tests.tips.fuzz.letters import Letter, letters
from tests.tips.fuzz.post import Post
from tests.tips.fuzz.premises import Premises, opened

REQUESTS = int(os.environ.get("LANHMANH_TEST_REQUESTS", "2000"))
"""How many are sent at least."""
SEED = int(os.environ.get("LANHMANH_TEST_SEED", "1"))
"""What decides which: the same ones in every run of all tests."""
IS_SOAK = "LANHMANH_TEST_SEED" in os.environ
DOCUMENT = Path(__file__).parents[3] / "services/tips/openapi.json"


# Schemathesis gives each case a random id, which decides nothing.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module")
@pytest.mark.asyncio
async def test_every_answer_is_in_the_document_and_every_receipt_in_the_ledger(
    sqlite_tips: Blueprint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(follow_up, "ANSWER_SECONDS", 0.0)
    dice, judge = Random(SEED), Judge()  # noqa: S311 - requests, not secrets
    drawn = letters(json.loads(DOCUMENT.read_text("utf-8")), REQUESTS, dice)

    async with opened(sqlite_tips, tmp_path) as premises:
        post = Post(premises)
        for letter in drawn:
            await _send(letter, post, judge)
            if judge.answers >= REQUESTS:
                break
        if IS_SOAK:
            with capsys.disabled():
                sys.stdout.write(_summary(judge, drawn))
        assert not judge.report(), judge.report()
        await _ensure_kept(premises, judge)

    assert judge.answers >= REQUESTS


def _summary(judge: Judge, drawn: Sequence[Letter]) -> str:
    """Say what was sent, and what never happened: a list that nobody meets says nothing."""
    unmet = [f"{operation} {status} {code}" for operation, status, code in sorted(judge.allowed - judge.met)]
    undone = sorted({letter.operation for letter in drawn} - judge.done)
    return (
        f"\n{judge.answers} requests, {len(judge.receipts)} receipts, LANHMANH_TEST_SEED={SEED}"
        f"\nnever done: {', '.join(undone) or '—'}\nallowed and never met: {', '.join(unmet) or '—'}\n"
    )


async def _send(letter: Letter, post: Post, judge: Judge) -> None:
    try:
        answers = await post.deliver(letter)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        judge.note(letter, f"no answer: {type(error).__name__}", str(error))
        return
    judge.judge(letter, answers)
    for answer in answers:
        post.learn(answer)


async def _ensure_kept(premises: Premises, judge: Judge) -> None:
    """Make sure that the ledger is whole with all receipts in it, each tip can be read, and all sets agree."""
    desk = Desk(premises.client, premises.tokens, "VN")
    await sealed(desk, "at-the-end")
    ledger = check_export(await exported(desk, at_once=100), receipts=list(judge.receipts.values()))
    assert ledger.findings == []
    assert judge.receipts.keys() <= ledger.leaves.keys()
    for receipt in judge.receipts.values():
        assert (await desk.read(f"/v1/tips/{receipt['tip_id']}/content"))["tip_id"] == receipt["tip_id"]
    assert (await reconcile(premises.service, None)).differences == 0
