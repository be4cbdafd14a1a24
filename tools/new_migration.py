"""Write the migration that leads from the newest committed schema to the tables in the code.

Usage: python -m tools.new_migration runtime|plans|reports|tips|referrals "what changes"
Then read it, and mend it by hand.
"""

from __future__ import annotations

import importlib
import sys
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, create_engine

from kernel.clock import SystemClock
from runtime.database.migrate import RUNTIME

ROOT = Path(__file__).parent.parent


def main(owner: str, what: str) -> None:
    """Write the file into the owner's migrations."""
    place = "runtime" if owner == "runtime" else f"services.{owner}"
    schema = importlib.import_module(f"{place}.schema" if owner == "runtime" else f"{place}.store.schema")
    folder = ROOT / place.replace(".", "/") / "migrations"
    now = SystemClock().now()
    with TemporaryDirectory() as empty:
        engine = create_engine(f"sqlite:///{empty}/schema.db")
        with engine.begin() as connection:
            # A service's migrations may write into the tables that runtime keeps beside its own.
            for each in dict.fromkeys((RUNTIME, folder)):
                config = _config(each, connection, schema.metadata)
                command.upgrade(config, "head")
            config.set_main_option("file_template", f"{now:%Y%m%d_%H%M}_%%(slug)s")
            command.revision(config, what, autogenerate=True, rev_id=_revision_id(now, what))
    for file in (folder / "versions").glob(f"{now:%Y%m%d_%H%M}_*.py"):
        # A migration is frozen: it names the types of the database, not ours, which may change.
        text = (
            file.read_text()
            .replace("Json()", "sa.LargeBinary()")
            .replace("Instant()", "sa.BigInteger()")
            .replace("AutoString()", "sa.String()")
        )
        file.write_text(text)


def _config(folder: Path, connection: Connection, metadata: MetaData) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes |= {
        "connection": connection,
        "version_table": f"{folder.parent.name}_schema_version",
        "metadata": metadata,
        "include_name": lambda name, kind, _: kind != "table" or name in metadata.tables,
    }
    return config


def _revision_id(now: datetime, what: str) -> str:
    return f"{now:%Y%m%d}_{what.replace(' ', '_')}"[:32]


if __name__ == "__main__":
    main(*sys.argv[1:3])
