"""What informants wrote before tips knew it is unread, unless somebody read it since."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.database.migrate import migrate
from services.tips.wiring import MIGRATIONS, Tips
from tests.tips.desk import CONTENT, Desk

pytestmark = pytest.mark.asyncio


async def take_back(connection: AsyncConnection) -> None:
    """Bring a database back to the schema that it had before."""
    for statement in (
        "DROP INDEX ix_tip_unread",
        "ALTER TABLE tip DROP COLUMN unread_since",
        "UPDATE service_schema_version SET version_num = '20261201_pages_of_messages'",
    ):
        await connection.execute(text(statement))


@pytest.mark.usefixtures("nobody_watches")
async def test_messages_of_before_are_unread_where_nobody_read_them(
    client: httpx.AsyncClient, province: Desk, service: Tips
) -> None:
    tips = []
    for writes in (True, True, False):
        headers = {"Idempotency-Key": str(uuid4())}
        receipt = await client.post("/v1/tips/form", json={"unit": "60", "content": CONTENT}, headers=headers)
        tips.append(f"/v1/tips/{receipt.json()['tip_id']}")
        if writes:
            own = {"Follow-Up-Code": receipt.json()["follow_up_code"], "Idempotency-Key": str(uuid4())}
            await client.post("/v1/tips/follow-up/messages", json={"text": "Một lần."}, headers=own)
    await province.read(f"{tips[1]}/messages")
    before = [(await province.read(tip))["unread_since"] for tip in tips]

    await service.database.mark(take_back)
    await migrate(service.database, MIGRATIONS)

    assert [(await province.read(tip))["unread_since"] for tip in tips] == before
    assert [one is None for one in before] == [False, True, True]
