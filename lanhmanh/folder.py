"""The product's folder: databases, keys, and where it runs."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

DEFAULT_PORT = 8000
DEFAULT_ROOT = Path("var").resolve()
"""Below the folder in which the command runs."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What lies where below `LANHMANH_DATA` (by default `var/` in the current folder)."""

    root: Path

    @property
    def databases(self) -> Path:
        """One SQLite file a service."""
        return self.root / "databases"

    @property
    def unfinished(self) -> Path:
        """Databases that are being filled with the examples. They become `databases` when all is there."""
        return self.root / "databases.loading"

    @property
    def keys(self) -> Path:
        """Secrets, each readable by its owner only."""
        return self.root / "keys"

    @property
    def cluster(self) -> Path:
        """Everything that `lanhmanh up-cluster` keeps, but keys and address."""
        return self.root / "cluster"

    @property
    def address_file(self) -> Path:
        """Where the running product can be reached."""
        return self.root / "address.json"

    def has_data(self) -> bool:
        """Tell whether the product ran here before."""
        return self.databases.exists()

    def clear_unfinished(self) -> None:
        """Drop what an interrupted first start left."""
        shutil.rmtree(self.unfinished, ignore_errors=True)

    def finish_loading(self) -> None:
        """Make the filled databases the product's own, all at once."""
        self.unfinished.rename(self.databases)

    def note_address(self, url: str, *, issuer: str) -> None:
        """Tell other commands where the product runs, and who issues its tokens."""
        self.root.mkdir(parents=True, exist_ok=True)
        note = {"url": url, "issuer": issuer, "pid": os.getpid()}
        self.address_file.write_text(json.dumps(note), encoding="utf-8")

    def forget_address(self) -> None:
        """The product does not run any more."""
        self.address_file.unlink(missing_ok=True)

    def address(self) -> str | None:
        """Return where the product runs, if it does."""
        return self._noted("url")

    def issuer(self) -> str | None:
        """Return the address of the development issuer of the product that runs, if one does."""
        return self._noted("issuer")

    def _noted(self, what: str) -> str | None:
        try:
            return str(json.loads(self.address_file.read_text(encoding="utf-8"))[what])
        except (OSError, ValueError, KeyError):
            return None


def folder() -> Folder:
    """Return the folder named by `LANHMANH_DATA`."""
    named = os.environ.get("LANHMANH_DATA")
    return Folder(Path(named).resolve() if named else DEFAULT_ROOT)


def port() -> int:
    """Return the port named by `LANHMANH_PORT`."""
    return int(os.environ.get("LANHMANH_PORT") or DEFAULT_PORT)
