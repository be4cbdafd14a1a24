"""A small disk of a test's own, to be filled: in a mount namespace, so that it goes with the last who uses it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from kernel.problems import Words
from lanhmanh.cluster.unavailable import ServerUnavailable
from tests.servers.lease import Lease, Server
from tests.servers.own_process import OwnProcess


class DiskUnavailable(ServerUnavailable):
    """No file system can be mounted here."""

    code = "disk_unavailable"
    vi = Words("Không có đĩa nhỏ", "Không gắn được tmpfs: {why}")
    en = Words("Small disk unavailable", "a tmpfs cannot be mounted: {why}; run the tests as root on Linux.")


class SmallDisk:
    """A tmpfs on a folder, for the processes that are run in it."""

    def __init__(self, lease: Lease, folder: Path, *, megabytes: int, user: str) -> None:
        """Mount it; `user` owns it. It can be had (see `try_disk`)."""
        options = f"size={megabytes}m,mode=0700,uid={user}"
        mount = f'mount -t tmpfs -o "{options}" lanhmanh "{folder}" && touch mounted && exec sleep infinity'
        mounted = lease.folder / "disk" / "mounted"
        self._keeper = OwnProcess(lease, "disk", ["unshare", "--mount", "sh", "-c", mount], answers=mounted.exists)
        self._keeper.start()
        self._user = user
        # How the test itself, which is not in the namespace, gets there.
        self._seen_as = Path(f"/proc/{self._keeper.pid}/root") / folder.relative_to("/")

    def within(self, command: list[str], *, folder: Path) -> list[str]:
        """Return what runs a command in a folder as the owner of the disk, where it can be seen."""
        enter = ["nsenter", f"--mount=/proc/{self._keeper.pid}/ns/mnt", f"--wdns={folder}"]
        return [*enter, "setpriv", f"--reuid={self._user}", f"--regid={self._user}", "--clear-groups", *command]

    def fill(self) -> None:
        """Use up all that is free."""
        free = os.statvfs(self._seen_as)
        piece = free.f_bavail * free.f_frsize
        with (self._seen_as / "filler").open("wb") as filler:
            while piece >= free.f_frsize:
                # Others write too: what was free a moment ago may not be.
                try:
                    os.posix_fallocate(filler.fileno(), filler.seek(0, os.SEEK_END), piece)
                except OSError:
                    piece //= 2

    def free(self) -> None:
        """Give back what was used up."""
        (self._seen_as / "filler").unlink(missing_ok=True)


def try_disk(_folder: Path, _lease: Lease) -> Server:
    """Find out whether a small disk can be had.

    Raises:
        DiskUnavailable: It cannot.
    """
    for program in ("unshare", "nsenter", "setpriv"):
        if shutil.which(program) is None:
            raise DiskUnavailable(why=f"`{program}` is not on the PATH")
    trial = ["unshare", "--mount", "mount", "-t", "tmpfs", "lanhmanh", "/mnt"]
    tried = subprocess.run(trial, capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        raise DiskUnavailable(why=tried.stderr.strip())
    return Server("tmpfs", "")
