"""A server that one test alone uses: it may be killed, held and started again, each time on the same folder."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tests.servers.lease import Lease, await_answer


class OwnProcess:
    """A process below a test's own lease: with the lease it ends, also if the test is killed."""

    def __init__(
        self,
        lease: Lease,
        name: str,
        command: Sequence[str],
        *,
        answers: Callable[[], bool],
        around: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> None:
        """Take what runs it, and what tells whether it answers. `around` is its environment besides the test's."""
        self.name = name
        self.folder = lease.folder / name
        self.folder.mkdir(exist_ok=True)
        self._lease = lease
        self._command = ["env", *(f"{setting}={value}" for setting, value in (around or {}).items()), *command]
        self._answers = answers
        self._user = user
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The number of the process that was started last."""
        return int((self.folder / "pid").read_text())

    @property
    def log(self) -> Path:
        """All that it ever said."""
        return self.folder / "server.log"

    @property
    def is_running(self) -> bool:
        """Say whether it was started and has not ended since. One that is held runs too."""
        return self._guard is not None and self._guard.poll() is None

    def begin(self) -> None:
        """Start it, without waiting until it answers."""
        assert not self.is_running, f"{self.name} runs already"
        (self.folder / "pid").unlink(missing_ok=True)
        self._guard = self._lease.guard(self.folder, self._command, stop="SIGKILL", user=self._user)

    def wait(self) -> None:
        """Return when it answers.

        Raises:
            ServerUnavailable: It ended, or takes too long.
        """
        assert self._guard is not None
        await_answer(self._guard, self.folder, lambda: (self.folder / "pid").exists() and self._answers())

    def start(self) -> None:
        """Start it, and return when it answers."""
        self.begin()
        self.wait()

    def kill(self) -> None:
        """Kill it and its children at once, and return when it is gone."""
        for pid in (self.pid, *children_of(self.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert self._guard is not None
        self._guard.wait()

    def hold(self) -> None:
        """Have it hang: it keeps its connections and does nothing."""
        os.kill(self.pid, signal.SIGSTOP)

    def let_go(self) -> None:
        """Have it go on."""
        os.kill(self.pid, signal.SIGCONT)


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started itself and that still run."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
