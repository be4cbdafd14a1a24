"""The library with which a process can be given a clock that jumps."""

from __future__ import annotations

from pathlib import Path

from kernel.problems import Words
from lanhmanh.cluster.unavailable import ServerUnavailable
from tests.servers.lease import Lease, Server
from tools.tool_cache import ToolUnavailable, ensure_package

_LIBRARY = "faketime/libfaketimeMT.so.1"
_INSTALLED = Path("/usr/lib")


class FaketimeUnavailable(ServerUnavailable):
    """No clock but that of the machine can be had here."""

    code = "faketime_unavailable"
    vi = Words("Không có libfaketime", "{why}")
    en = Words("libfaketime unavailable", "{why}")


def find_faketime(_folder: Path, _lease: Lease) -> Server:
    """Return libfaketime, the system's or else out of Debian's package; its address is its path.

    Raises:
        FaketimeUnavailable: It cannot be had.
    """
    installed = sorted(_INSTALLED.glob(f"*/{_LIBRARY}"))
    try:
        found = installed or sorted(ensure_package("libfaketime").glob(f"usr/lib/*/{_LIBRARY}"))
    except ToolUnavailable as why:
        raise FaketimeUnavailable(why=why) from why
    return Server("libfaketime", str(found[0]))
