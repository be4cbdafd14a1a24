"""Keep the servers of one test run: each started once, by the first test that needs it, and stopped with the run."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from kernel.problems import Words
from lanhmanh.cluster.unavailable import ServerNotStarted, ServerUnavailable

_GUARD = Path(__file__).with_name("guard.py")
_START_SECONDS = 60
"""How long a server may take until it answers, on a machine that is busy with other tests."""


class KnownUnavailable(ServerUnavailable):
    """What was found out before about a server: `why`, and what to install."""

    code = "known_unavailable"
    vi = Words("Không có máy chủ", "{why}")
    en = Words("Server unavailable", "{why}")


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    version: str
    """Name and version, such as `PostgreSQL 15.18`."""
    address: str
    """What a client is given: a URL, or `host:port`."""


class Lease:
    """The folder in which a test run's servers live, and the lock that keeps them alive.

    The process that begins the run holds the lock; guards wait for it (see `guard.py`). Workers of pytest-xdist join
    the run by its folder: they may start servers, which then outlive them.
    """

    def __init__(self, folder: Path, *, lock: IO[str] | None = None) -> None:
        self.folder = folder
        self._lock = lock
        self._guards: list[subprocess.Popen[bytes]] = []

    @classmethod
    def begin(cls) -> Lease:
        """Begin a run: make its folder and take the lock."""
        folder = Path(tempfile.mkdtemp(prefix="lanhmanh-test-"))
        # PostgreSQL refuses to run as root; whom it runs as then must be able to reach its own folder in here.
        folder.chmod(0o711)
        (folder / "guards").touch()
        lock = (folder / "lease").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        return cls(folder, lock=lock)

    def end(self) -> None:
        """Let go of the lock and return when every server has stopped. Only for who began the run."""
        if self._lock is None:
            return
        self._lock.close()
        for guard in self._guards:
            guard.wait()
        # The guards that workers started are not our children.
        with (self.folder / "guards").open() as guards:
            fcntl.flock(guards, fcntl.LOCK_EX)
        shutil.rmtree(self.folder, ignore_errors=True)

    def obtain(self, name: str, start: Callable[[Path, Lease], Server]) -> Server:
        """Return the run's one server of this name, started by the first worker that asks.

        Raises:
            ServerUnavailable: It cannot be had. The run remembers it, and nobody tries again.
        """
        answer = self.folder / f"{name}.json"
        with _locked(self.folder / f"{name}.lock"):
            if not answer.exists():
                folder = self.folder / name
                folder.mkdir()
                try:
                    answer.write_text(json.dumps(asdict(start(folder, self))))
                except ServerUnavailable as why:
                    answer.write_text(json.dumps({"unavailable": why.say("en").detail}))
            found = json.loads(answer.read_text())
        if "unavailable" in found:
            raise KnownUnavailable(why=found["unavailable"])
        return Server(**found)

    def guard(self, folder: Path, command: list[str], *, stop: str, user: str | None = None) -> subprocess.Popen[bytes]:
        """Start a server's command under a guard, with all output in `folder/server.log`, and return the guard.

        `stop` names the signal that ends the server; `user` is whom it runs as, where root runs the tests.
        """
        options = [f"--lease={self.folder}/lease", f"--guards={self.folder}/guards", f"--folder={folder}"]
        options += [f"--stop={stop}", *([f"--user={user}"] if user else [])]
        with (folder / "server.log").open("ab") as log:
            guard = subprocess.Popen(
                [sys.executable, "-I", _GUARD, *options, "--", *command],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C reaches a terminal's whole group; the guard must outlive the tests that it interrupts.
                start_new_session=True,
            )
        self._guards.append(guard)
        return guard

    def servers(self) -> list[Server]:
        """List the servers that were started so far."""
        return [Server(**found) for _, found in self._answers() if "unavailable" not in found]

    def unavailable(self) -> dict[str, str]:
        """Return which servers could not be had, and why."""
        return {name: found["unavailable"] for name, found in self._answers() if "unavailable" in found}

    def _answers(self) -> Iterator[tuple[str, dict[str, str]]]:
        for answer in sorted(self.folder.glob("*.json")):
            yield answer.stem, json.loads(answer.read_text())


def await_answer(
    guard: subprocess.Popen[bytes], folder: Path, answers: Callable[[], bool], *, patience: float = _START_SECONDS
) -> None:
    """Return when a server answers, which may take so many seconds.

    Raises:
        ServerUnavailable: It ended, or took too long; with the end of its log.
    """
    patience_until = time.monotonic() + patience
    while not answers():
        if guard.poll() is not None or time.monotonic() > patience_until:
            log = (folder / "server.log").read_text(errors="replace")[-2_000:]
            raise ServerNotStarted(server="it", log=log)
        time.sleep(0.05)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
