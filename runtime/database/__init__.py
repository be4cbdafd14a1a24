"""One database per service: numbered write transactions, read-only readers, migrations."""

from runtime.database.additions import Additions, Manner
from runtime.database.connect import DatabaseInUse, Settings
from runtime.database.database import Database, Read, Write
from runtime.database.rows import copy_rows, insert_new, insert_rows, put_rows
from runtime.database.types import Instant, Json, metadata

__all__ = [
    "Additions",
    "Database",
    "DatabaseInUse",
    "Instant",
    "Json",
    "Manner",
    "Read",
    "Settings",
    "Write",
    "copy_rows",
    "insert_new",
    "insert_rows",
    "metadata",
    "put_rows",
]
