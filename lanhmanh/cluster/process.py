"""One process of the cluster: started with a note of it, stopped in order, and found again if its starter was killed.

The note of a process is a file that the process itself holds locked: it inherits the open file. So the lock, unlike a
number, tells for certain whether what was started here still runs, and the kernel lets go of it however it ends.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from lanhmanh.api import Refused
from lanhmanh.cluster.postgres import group_of

_GRACE_SECONDS = 30.0
"""How long a process may take to stop before it is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """How a process is started and stopped."""

    part: str
    """What of the product it is, such as `plans`."""
    name: str
    """Which process of that part, such as `plans-1`."""
    arguments: Sequence[str]
    url: str
    """Where it can be reached."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Besides that of the starter."""
    folder: Path | None = None
    """Where it runs; by default where the starter does."""
    stop: signal.Signals = signal.SIGTERM
    user: str | None = None
    """Whom it runs as, if not as the starter."""
    pass_fds: tuple[int, ...] = ()


class Process:
    """A process that was started."""

    def __init__(self, command: Command, child: asyncio.subprocess.Process, *, note: Path, log: Path) -> None:
        self.part = command.part
        self.name = command.name
        self.url = command.url
        self.log = log
        self._stop = command.stop
        self._child = child
        self._note = note

    @property
    def is_running(self) -> bool:
        """Say whether it has not ended yet."""
        return self._child.returncode is None

    async def wait(self) -> int:
        """Return its exit code when it ends; a negative one is the signal that ended it."""
        return await self._child.wait()

    async def stop(self) -> None:
        """Have it stop, and return when it has. One that does not stop in time is killed."""
        if self.is_running:
            self._child.send_signal(self._stop)
        try:
            async with asyncio.timeout(_GRACE_SECONDS):
                await self._child.wait()
        except TimeoutError:
            self._child.kill()
            await self._child.wait()
        self._note.unlink(missing_ok=True)


async def start(command: Command, *, run: Path, logs: Path) -> Process:
    """Start a process with its note in `run` and all that it says in a file in `logs`."""
    note, log = run / f"{command.name}.json", logs / f"{command.name}.log"
    with note.open("w", encoding="utf-8") as held, log.open("ab") as said:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        child = await asyncio.create_subprocess_exec(
            *command.arguments,
            env={**os.environ, **command.environment},
            cwd=command.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            user=command.user,
            group=group_of(command.user),
            extra_groups=() if command.user else None,
            pass_fds=(held.fileno(), *command.pass_fds),
            # Ctrl-C reaches a terminal's whole group: only the starter is meant, which stops the others in order.
            start_new_session=True,
        )
        json.dump({"pid": child.pid, "part": command.part, "stop": command.stop.name, "url": command.url}, held)
    return Process(command, child, note=note, log=log)


def end_left_behind(run: Path) -> Iterator[str]:
    """End what a starter that was killed has left running, the youngest first, and yield the name of each.

    Raises:
        Refused: One cannot be ended.
    """
    for note in sorted(run.glob("*.json"), key=lambda note: note.stat().st_mtime_ns, reverse=True):
        with note.open(encoding="utf-8") as held:
            if not _is_let_go(held):
                yield note.stem
                _end(note, held)
        note.unlink()


def _end(note: Path, held: IO[str]) -> None:
    try:
        left = json.load(held)
    except ValueError:
        # Its starter was killed between the start and the note.
        raise Refused(f"{note.stem} của lần chạy trước vẫn chạy; hãy dừng tiến trình đang mở {note}.") from None
    for number in (signal.Signals[left["stop"]], signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(left["pid"], number)
        patience_until = time.monotonic() + _GRACE_SECONDS
        while time.monotonic() < patience_until:
            if _is_let_go(held):
                return
            time.sleep(0.05)
    raise Refused(f"Không dừng được {note.stem} (tiến trình {left['pid']}) của lần chạy trước.")


def _is_let_go(held: IO[str]) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
