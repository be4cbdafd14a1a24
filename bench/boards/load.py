"""Load from `wrk`: many connections that each ask again as soon as they are answered."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Mapping

from tools.tool_cache import ensure_package

CONNECTIONS = 16
SECONDS = 5
_RATE = re.compile(r"^Requests/sec:\s+([\d.]+)$", re.MULTILINE)
_WRONG = re.compile(r"^\s*(?:Non-2xx|Socket errors).*$", re.MULTILINE)


async def requests_a_second(url: str, headers: Mapping[str, str]) -> float:
    """Ask for a URL for some seconds, and return how often it was answered in one.

    Raises:
        ToolUnavailable: There is no `wrk` here, and it cannot be had.
    """
    command, libraries = wrk()
    options = [f"--connections={CONNECTIONS}", "--threads=1", f"--duration={SECONDS}s", "--timeout=60s"]
    options += [f"--header={name}: {value}" for name, value in headers.items()]
    process = await asyncio.create_subprocess_exec(
        command,
        *options,
        url,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "LD_LIBRARY_PATH": libraries},
    )
    said = (await process.communicate())[0].decode()
    found, wrong = _RATE.search(said), _WRONG.search(said)
    assert found is not None, said
    assert wrong is None, said
    return float(found[1])


def wrk() -> tuple[str, str]:
    """Return the system's `wrk`, or else that of Debian's package, and where its libraries are."""
    installed = shutil.which("wrk")
    if installed is not None:
        return installed, ""
    libraries = ":".join(str(path) for path in ensure_package("libluajit-5.1-2").glob("usr/lib/*"))
    return str(ensure_package("wrk") / "usr" / "bin" / "wrk"), libraries
