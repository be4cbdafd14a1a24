"""One database per service: numbered write transactions, read-only readers, migrations."""

from runtime.database.connect import DatabaseInUse, Settings
from runtime.database.database import Database, Read, Write
from runtime.database.rows import copy_rows, insert_new, insert_rows
from runtime.database.types import Instant, Json, metadata

__all__ = [
    "Database",
    "DatabaseInUse",
    "Instant",
    "Json",
    "Read",
    "Settings",
    "Write",
    "copy_rows",
    "insert_new",
    "insert_rows",
    "metadata",
]
