"""`lanhmanh migrate`: bring a database to the schema of this release."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from kernel.clock import SystemClock
from lanhmanh.services import Name, parts_of
from runtime.database import Database, Settings
from runtime.database import migrate as schema


def migrate(
    service: Annotated[Name, typer.Argument(help="Dịch vụ; cơ sở dữ liệu lấy từ LANHMANH_DATABASE_URL.")],
) -> None:
    """Cập nhật lược đồ cơ sở dữ liệu của một dịch vụ. Chạy lại không thay đổi gì."""
    asyncio.run(bring_to_newest(service, parts_of(service).config().database_url))
    print(f"{service.value}: lược đồ đã là bản mới nhất")


async def bring_to_newest(service: Name, database_url: str) -> None:
    """Apply the migrations that a service's database lacks."""
    database = Database(Settings(url=database_url), service=service.value, clock=SystemClock())
    await database.open()
    try:
        await schema.migrate(database, parts_of(service).migrations)
    finally:
        await database.close()
