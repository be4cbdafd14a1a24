"""The settings of referrals: those of a service that seals what it keeps."""

from __future__ import annotations

from pydantic import Field

from runtime.config import SecretConfig


class ReferralsConfig(SecretConfig):
    """Settings from the environment, prefix `LANHMANH_`."""

    database_url: str = Field(default="sqlite+aiosqlite:///var/referrals.db")
    """`sqlite+aiosqlite:///path` or `postgresql+asyncpg://role@host/database`."""
