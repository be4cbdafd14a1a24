"""`lanhmanh migrate`: bring a database to the schema of this release."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from kernel.clock import SystemClock
from lanhmanh.commands.serve import SERVICES, Name
from runtime.database import Database, Settings
from runtime.database import migrate as schema


def migrate(
    service: Annotated[Name, typer.Argument(help="Dịch vụ; cơ sở dữ liệu lấy từ LANHMANH_DATABASE_URL.")],
) -> None:
    """Cập nhật lược đồ cơ sở dữ liệu của một dịch vụ. Chạy lại không thay đổi gì."""
    asyncio.run(_migrate(service))
    print(f"{service.value}: lược đồ đã là bản mới nhất")


async def _migrate(name: Name) -> None:
    found = SERVICES[name]
    config = found.config()
    settings = Settings(url=config.database_url, durable=config.database_durable)
    database = Database(settings, service=name.value, clock=SystemClock())
    await database.open()
    try:
        await schema.migrate(database, found.migrations)
    finally:
        await database.close()
