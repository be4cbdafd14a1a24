"""Wait for a process that is to be measured."""

from __future__ import annotations

import asyncio

import httpx

from lanhmanh.cluster.process import Process

PATIENCE_SECONDS = 60


async def ready(process: Process) -> None:
    """Return when a process says that it is ready."""
    async with asyncio.timeout(PATIENCE_SECONDS), httpx.AsyncClient() as client:
        while True:
            assert process.is_running, process.log.read_text()
            try:
                if (await client.get(f"{process.url}/readyz")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
