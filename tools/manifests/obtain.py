"""Get the tools that read manifests into the checkout, once: `python -m tools.manifests.obtain`.

Those written in Go are built from `go/`, which names their versions; promtool is taken from Debian's package.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.generated import ROOT

GO_TOOLS = {
    "kustomize": "sigs.k8s.io/kustomize/kustomize/v5",
    "kubeconform": "github.com/yannh/kubeconform/cmd/kubeconform",
    "compose": "./compose",
    "dockerfile": "./dockerfile",
}
"""Where the source of each program is."""
_SOURCES = Path(__file__).with_name("go")
_CACHE = ROOT / "var" / "tools"
# They run for less than a second: compiling them fast is worth more than that they are fast.
_BUILD = ["go", "build", "-mod=readonly", "-gcflags=all=-N -l", "-ldflags=-s -w"]


class ToolUnavailable(Exception):
    """A tool is not here and cannot be had; the text says why, and what to install."""


def ensure_tool(name: str) -> Path:
    """Return the path of a tool by the name of its program, got if this is the first time.

    Raises:
        ToolUnavailable: It cannot be had.
    """
    if name == "promtool":
        return _ensure_promtool()
    folder = _CACHE / _digest()
    with _alone():
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
    with tempfile.TemporaryDirectory(dir=_CACHE) as draft:
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
    folder = _CACHE / "prometheus"
    with _alone():
        if not folder.exists():
            _unpack_prometheus(folder)
    return folder / "usr" / "bin" / "promtool"


def _unpack_prometheus(folder: Path) -> None:
    """Unpack Debian's package without installing it: nothing is to be served here, and nobody has to be root."""
    wanted = "`promtool` is not on the PATH; install Prometheus (Debian: apt install prometheus)"
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise ToolUnavailable(wanted)
    with tempfile.TemporaryDirectory(dir=_CACHE) as draft:
        download = ["apt-get", "-qq", "download", "prometheus"]
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
def _alone() -> Iterator[None]:
    """Have others who want a tool, here or in another process, wait until it is there."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    try:
        for tool in (*GO_TOOLS, "promtool"):
            ensure_tool(tool)
    except ToolUnavailable as unavailable:
        sys.exit(f"Manifests cannot be checked here: {unavailable}")
