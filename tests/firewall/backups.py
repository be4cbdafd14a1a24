"""Backups, made as docs/operations.md says, to be searched like everything else that a product leaves behind."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from lanhmanh.cluster.folder import ClusterFolder
from lanhmanh.cluster.postgres import ADMIN, find_binaries
from lanhmanh.services import Name
from tests.journeys.cluster import notes
from tests.journeys.product import Product


def back_up_files(data: Path) -> None:
    """Copy each database of a product in one process."""
    folder = data / "backup"
    folder.mkdir()
    for file in (data / "databases").glob("*.db"):
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("VACUUM INTO ?", [str(folder / file.name)])


def back_up_servers(product: Product) -> None:
    """Dump the database of each service. As text: a dump that is compressed holds the same, and cannot be searched."""
    folder = product.data / "backup"
    folder.mkdir()
    password = (ClusterFolder(product.data / "cluster").passwords / ADMIN).read_text("utf-8").strip()
    server = notes(product)["postgres"]["url"].replace("//", f"//{ADMIN}:{password}@")
    for name in Name:
        dump = [str(find_binaries() / "pg_dump"), "--format=plain", f"--file={folder / name}.sql", f"{server}/{name}"]
        subprocess.run(dump, check=True)
