"""The settings of tips: those of a service that seals what it keeps, and who may send without a token."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from runtime.config import SecretConfig


class TipsConfig(SecretConfig):
    """Settings from the environment, prefix `LANHMANH_`."""

    database_url: str = Field(default="sqlite+aiosqlite:///var/tips.db")
    """`sqlite+aiosqlite:///path` or `postgresql+asyncpg://role@host/database`."""
    senders_file: Path | None = None
    """Mounted file with the hotlines that sign: `{"name": {"secrets": ["whsec_…"], "unit": "68"}}`. In development one
    is made with the sender `development`."""
    tips_retention_days: int | None = Field(default=None, ge=1, le=36_500)
    """How many days after it was closed what a tip says, and who said it, is destroyed; by default never."""
