"""Run one server for as long as the test run that asked for it holds its lease; then stop it and remove its folder.

A program of its own, so that the server is stopped also when the test run is killed outright: the kernel lets go of a
dead process's locks. It uses the standard library only and is started by its path.
"""

from __future__ import annotations

import argparse
import fcntl
import pwd
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

_GRACE_SECONDS = 60
"""How long a server may take to stop before it is killed."""


def main() -> int:
    """Start the command, wait until the lease is let go or the server ends by itself, and clean up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lease", type=Path, required=True, help="the file that the test run holds locked")
    parser.add_argument("--guards", type=Path, required=True, help="the file that guards hold locked while they live")
    parser.add_argument("--folder", type=Path, required=True, help="the server's own folder, removed at the end")
    parser.add_argument("--stop", type=lambda name: signal.Signals[name], required=True, help="such as SIGQUIT")
    parser.add_argument("--user", help="whom to run the server as, when started by root")
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()

    alive = asked.guards.open()
    fcntl.flock(alive, fcntl.LOCK_SH)
    server = _start(asked.command, user=asked.user)
    (asked.folder / "pid.new").write_text(str(server.pid))
    (asked.folder / "pid.new").rename(asked.folder / "pid")
    # The lease is awaited beside the server, so that a server that ends early ends its guard, and is noticed.
    threading.Thread(target=_stop_after_lease, args=(server, asked.lease, asked.stop), daemon=True).start()
    code = server.wait()
    if _lease_is_over(asked.lease):
        shutil.rmtree(asked.folder, ignore_errors=True)
    return code


def _start(command: list[str], *, user: str | None) -> subprocess.Popen[bytes]:
    if user is None:
        return subprocess.Popen(command)
    return subprocess.Popen(command, user=user, group=pwd.getpwnam(user).pw_gid, extra_groups=())


def _stop_after_lease(server: subprocess.Popen[bytes], lease: Path, stop: signal.Signals) -> None:
    with lease.open() as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        server.send_signal(stop)
        try:
            server.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()


def _lease_is_over(lease: Path) -> bool:
    with lease.open() as held:
        try:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
