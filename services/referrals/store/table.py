"""The root of the service's tables."""

from __future__ import annotations

from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from runtime.database import metadata


class ReferralsTable(SQLModel, registry=registry(metadata=metadata())):
    """A table of referrals: rows are written and read by statements, never used as domain objects."""
