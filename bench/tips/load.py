"""Load from `wrk`: many connections that each send a tip of its own as soon as the last one was answered."""

from __future__ import annotations

import asyncio
import json
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from bench.boards.load import wrk

SECONDS = 2
_SCRIPT = """
wrk.method = "POST"
wrk.body = {body}
local number = 0
function request()
  number = number + 1
  wrk.headers["Idempotency-Key"] = "{run}-" .. number
  return wrk.format()
end
function done(summary, latency)
  local wrong = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format("found %d %d %d %d %d %d\\n", summary.requests, summary.duration, wrong,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
"""
_FOUND = re.compile(r"^found (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)$", re.MULTILINE)


class Answered(NamedTuple):
    """What a load met."""

    a_second: float
    p50_ms: float
    p99_ms: float
    p999_ms: float


async def receipts(url: str, headers: Mapping[str, str], body: object, connections: int) -> Answered:
    """Send tips for some seconds, each once, and return how they were answered: all with a receipt.

    Raises:
        ToolUnavailable: There is no `wrk` here, and it cannot be had.
    """
    command, libraries = wrk()
    # JSON's strings are Lua's, as long as nothing but ASCII is in them.
    script = _SCRIPT.replace("{body}", json.dumps(json.dumps(body))).replace("{run}", uuid4().hex)
    with tempfile.TemporaryDirectory(prefix="lanhmanh-bench-") as folder:
        file = Path(folder) / "tips.lua"
        file.write_text(script)
        options = [f"--connections={connections}", "--threads=1", f"--duration={SECONDS}s", "--timeout=60s"]
        options += [f"--script={file}", *(f"--header={name}: {value}" for name, value in headers.items())]
        process = await asyncio.create_subprocess_exec(
            command, *options, url, stdout=asyncio.subprocess.PIPE, env={**os.environ, "LD_LIBRARY_PATH": libraries}
        )
        said = (await process.communicate())[0].decode()
    found = _FOUND.search(said)
    assert found is not None, said
    count, took, wrong, *micros = (int(one) for one in found.groups())
    assert wrong == 0, said
    return Answered(count / took * 1e6, *(one / 1e3 for one in micros))
