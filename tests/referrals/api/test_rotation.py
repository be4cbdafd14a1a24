"""The keys that wrap the keys of cases are rotated while the service runs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from runtime import rewrap
from runtime.crypto import key_set
from runtime.crypto.key_file import Use
from services.referrals.store.cases import CaseRow
from services.referrals.wiring import Referrals
from tests.key_files import keys_in, rotated, without
from tests.referrals.office import Office
from tests.rig import MORNING

CASES = CaseRow.__table__  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (rewrap, key_set):
        monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)


async def wrapped_by(service: Referrals) -> set[str]:
    async with service.database.read() as read:
        keys = (await read.execute(select(CASES.c.wrapped_key))).scalars()
        return {wrapped.partition(".")[0] for wrapped in keys}


@pytest.mark.asyncio
async def test_a_running_service_wraps_the_keys_of_cases_again_by_itself(
    union: Office, service: Referrals, tmp_path: Path
) -> None:
    file = tmp_path / "keys" / "referrals-keys.json"
    case = await union.case()
    [old] = [key.id for key in keys_in(file).of(Use.WRAP)]
    assert await wrapped_by(service) == {old}

    new = rotated(file, Use.WRAP, now=MORNING)

    async with asyncio.timeout(30):
        while await wrapped_by(service) != {new}:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.02)
    without(file, old)
    assert (await union.read(f"{case}/person"))["person"] == {"tên": "Bến cảng 7"}
