"""The set of tables that runtime keeps in every service's database."""

from __future__ import annotations

from runtime.database.types import metadata as new_metadata

metadata = new_metadata()
