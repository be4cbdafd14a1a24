"""The processes that run together: started in order, watched, and stopped in reverse."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

import httpx

from lanhmanh.api import Refused
from lanhmanh.cluster import process
from lanhmanh.cluster.folder import ClusterFolder
from lanhmanh.cluster.process import Command, Process

_START_SECONDS = 120.0
"""How long a process may take until it answers, on a machine that is busy with the others."""
_LOG_LINES = 5
"""How much of its log is shown of a process that ended."""


class Cluster:
    """Everything that was started, by stages: what stands in a later stage needs what stands in an earlier one."""

    def __init__(self, folder: ClusterFolder) -> None:
        self.folder = folder
        self._stages: list[list[Process]] = []
        self._started = asyncio.Event()

    async def start(self, *commands: Command) -> Sequence[Process]:
        """Start processes that do not need each other, as a stage of their own. They need not answer yet."""
        stage: list[Process] = []
        self._stages.append(stage)
        for command in commands:
            # Each is known as soon as it runs, so that it is stopped even if the next one does not start.
            stage.append(await process.start(command, run=self.folder.run, logs=self.folder.logs))  # noqa: PERF401
        self._started.set()
        return stage

    async def watch(self, tell: Callable[[str], None]) -> None:
        """Tell of each process that ends by itself; go on while each part still has another one.

        Raises:
            Refused: The last process of a part has ended.
        """
        gone: set[Process] = set()
        while True:
            self._started.clear()
            waits = {asyncio.create_task(one.wait()): one for one in self._all() if one not in gone}
            more = asyncio.create_task(self._started.wait())
            try:
                await asyncio.wait({more, *waits}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in (more, *waits):
                    wait.cancel()
            for ended in (one for wait, one in waits.items() if wait.done() and not wait.cancelled()):
                gone.add(ended)
                await self._lose(ended, tell)

    async def stop(self) -> None:
        """Stop the stages, the last one first."""
        for stage in reversed(self._stages):
            await asyncio.gather(*(one.stop() for one in stage))

    def _all(self) -> list[Process]:
        return [one for stage in self._stages for one in stage]

    async def _lose(self, ended: Process, tell: Callable[[str], None]) -> None:
        code = await ended.wait()
        words = f"{ended.name} đã tự dừng (mã {code}); nhật ký: {ended.log}"
        if not any(one.is_running for one in self._all() if one.part == ended.part):
            raise Refused(f"{words}\n{_end_of(ended.log)}")
        tell(f"{words}. Phần {ended.part} vẫn chạy với bản còn lại.")


async def until_answering(one: Process, answers: Callable[[], Awaitable[bool]]) -> None:
    """Return when a process answers.

    Raises:
        Refused: It takes too long. One that ends is noticed by `Cluster.watch`.
    """
    try:
        async with asyncio.timeout(_START_SECONDS):
            # Nothing tells when another process begins to answer: ask again and again.
            while not await answers():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise Refused(f"{one.name} không trả lời sau {_START_SECONDS:.0f} giây; nhật ký: {one.log}") from None


async def until_ready(processes: Sequence[Process]) -> None:
    """Return when every one of these processes says over HTTP that it is ready.

    Raises:
        Refused: One takes too long.
    """
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:

        async def is_ready(one: Process) -> bool:
            try:
                return (await client.get(f"{one.url}/readyz")).status_code == 200
            except httpx.TransportError:
                return False

        await asyncio.gather(*(until_answering(one, partial(is_ready, one)) for one in processes))


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES:])
