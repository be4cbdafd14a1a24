"""Alembic's entry to this folder."""

from runtime.database.migrate import run_environment

run_environment()
