"""The tables of units, successions and decisions on days off."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, String, Table, UniqueConstraint, Uuid

from runtime.database import Json
from runtime.database.tables import metadata

unit = Table(
    "unit",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", String, nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("function", String),
    Column("agency_code", String),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("placements", Json, nullable=False),
    Column("members", Json, nullable=False),
    Column("decision", String, nullable=False),
    Column("revision", BigInteger, nullable=False, index=True),
    UniqueConstraint("code", "valid_from"),
)

succession = Table(
    "succession",
    metadata,
    Column("predecessor_id", Uuid, primary_key=True),
    Column("successor_id", Uuid, primary_key=True),
    Column("on", Date, primary_key=True),
    Column("decision", String, nullable=False),
    Column("bears_duties", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
)

part = Table(
    "units_part",
    metadata,
    Column("decision_id", Uuid, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("data", Json, nullable=False),
)
"""Parts of a decision of which the last has not arrived."""

day_decision = Table(
    "day_decision",
    metadata,
    Column("decision", String, primary_key=True),
    Column("decided_on", Date, nullable=False),
    Column("days_off", Json, nullable=False),
    Column("worked", Json, nullable=False),
    Column("completes", Json, nullable=False),
    Column("reference", String, nullable=False),
    Column("revision", BigInteger, nullable=False),
)

version = Table(
    "reference_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
)
"""One row: the revision that last changed any of this, so that a view is read again only when it is old."""
