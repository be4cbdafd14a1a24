"""Get the tools that read manifests into the checkout, once: `python -m tools.manifests.obtain`.

Those written in Go are built from `go/`, which names their versions; promtool is taken from Debian's package.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import tool_cache
from tools.tool_cache import ToolUnavailable, alone, ensure_package

GO_TOOLS = {
    "kustomize": "sigs.k8s.io/kustomize/kustomize/v5",
    "kubeconform": "github.com/yannh/kubeconform/cmd/kubeconform",
    "compose": "./compose",
    "dockerfile": "./dockerfile",
}
"""Where the source of each program is."""
_SOURCES = Path(__file__).with_name("go")
# They run for less than a second: compiling them fast is worth more than that they are fast.
_BUILD = ["go", "build", "-mod=readonly", "-gcflags=all=-N -l", "-ldflags=-s -w"]


def ensure_tool(name: str) -> Path:
    """Return the path of a tool by the name of its program, got if this is the first time.

    Raises:
        ToolUnavailable: It cannot be had.
    """
    if name == "promtool":
        return _ensure_promtool()
    folder = tool_cache.CACHE / _digest()
    with alone():
        if not folder.exists():
            _build(folder)
    return folder / name


def _digest() -> str:
    # The folder is named by what is in it: other versions are another folder, and a folder that exists is complete.
    digest = hashlib.sha256()
    for file in sorted(path for path in _SOURCES.rglob("*") if path.is_file()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _build(folder: Path) -> None:
    if shutil.which("go") is None:
        raise ToolUnavailable("`go` is not on the PATH; install Go 1.24 or later")
    print("Building the tools that check manifests; this takes some two minutes, once.", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=tool_cache.CACHE) as draft:
        built = Path(draft, "bin")
        command = [*_BUILD, "-o", f"{built}/", *GO_TOOLS.values()]
        environment = {**os.environ, "GOFLAGS": "", "CGO_ENABLED": "0"}
        go = subprocess.run(command, cwd=_SOURCES, env=environment, capture_output=True, text=True, check=False)
        if go.returncode != 0:
            raise ToolUnavailable(f"Go could not build them:\n{go.stderr[-1_000:]}")
        built.rename(folder)


def _ensure_promtool() -> Path:
    if found := shutil.which("promtool"):
        return Path(found)
    return ensure_package("prometheus") / "usr" / "bin" / "promtool"


if __name__ == "__main__":
    try:
        for tool in (*GO_TOOLS, "promtool"):
            ensure_tool(tool)
    except ToolUnavailable as unavailable:
        sys.exit(f"Manifests cannot be checked here: {unavailable}")
