"""Run an app on a real server on a free port of this machine."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp


@asynccontextmanager
async def served(app: ASGIApp, *, port: int = 0, trusted: str = "") -> AsyncIterator[str]:
    """Serve an app with its lifespan, and return its base URL. Port 0 is any free one.

    `trusted` are the addresses whose word is taken for who calls.
    """
    with socket.create_server(("127.0.0.1", port)) as listening:
        config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1, forwarded_allow_ips=trusted)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            while not server.started:
                if task.done():
                    raise RuntimeError("the server did not start")
                await asyncio.sleep(0.005)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
