"""Keep what tests and checks need and Python's packages do not have, in the checkout, each got once.

`python -m tools.tool_cache libfaketime` gets a package of Debian, as `make test` does.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.generated import ROOT

CACHE = ROOT / "var" / "tools"


class ToolUnavailable(Exception):
    """A tool is not here and cannot be had; the text says why, and what to install."""


def ensure_package(package: str) -> Path:
    """Return the folder of a package of Debian, unpacked if this is the first time.

    It is not installed: nothing is to be served here, and nobody has to be root.

    Raises:
        ToolUnavailable: It cannot be had.
    """
    folder = CACHE / package
    with alone():
        if not folder.exists():
            _unpack(package, folder)
    return folder


def _unpack(package: str, folder: Path) -> None:
    wanted = f"Debian's package `{package}` cannot be had; install it (apt install {package})"
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise ToolUnavailable(wanted)
    with tempfile.TemporaryDirectory(dir=CACHE) as draft:
        download = ["apt-get", "-qq", "download", package]
        fetched = subprocess.run(download, cwd=draft, capture_output=True, text=True, check=False)
        if fetched.returncode != 0 and os.geteuid() == 0:
            subprocess.run(["apt-get", "-qq", "update"], capture_output=True, check=False)
            fetched = subprocess.run(download, cwd=draft, capture_output=True, text=True, check=False)
        packages = list(Path(draft).glob("*.deb"))
        if fetched.returncode != 0 or not packages:
            raise ToolUnavailable(f"{wanted}\n{fetched.stderr[-500:]}")
        unpacked = Path(draft, "unpacked")
        subprocess.run(["dpkg-deb", "--extract", packages[0], unpacked], check=True)
        unpacked.rename(folder)


@contextmanager
def alone() -> Iterator[None]:
    """Have others who want a tool, here or in another process, wait until it is there."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    try:
        for name in sys.argv[1:]:
            ensure_package(name)
    except ToolUnavailable as unavailable:
        sys.exit(str(unavailable))
