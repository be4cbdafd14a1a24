"""The settings of plans: those that every service has."""

from __future__ import annotations

from pydantic import Field

from runtime.config import ServiceConfig


class PlansConfig(ServiceConfig):
    """Settings from the environment, prefix `LANHMANH_`."""

    database_url: str = Field(default="sqlite+aiosqlite:///var/plans.db")
    """`sqlite+aiosqlite:///path` or `postgresql+asyncpg://role@host/database`."""
