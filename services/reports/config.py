"""The settings of reports: those that every service has, and when alarms go to the units above."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from pydantic import Field, PositiveInt, field_validator

from runtime.config import ServiceConfig


class ReportsConfig(ServiceConfig):
    """Settings from the environment, prefix `LANHMANH_`."""

    database_url: str = Field(default="sqlite+aiosqlite:///var/reports.db")
    """`sqlite+aiosqlite:///path` or `postgresql+asyncpg://role@host/database`."""
    escalation_days: tuple[PositiveInt, ...] = (3, 7, 14)
    """So many times 24 h after a report became overdue the first, second, … unit above is told: `[3, 7, 14]`, growing.
    `[]`: none is."""

    board_file: Path | None = None
    """Where the board saves its memory for the next start, in a folder that no other replica uses. Losing it loses
    nothing; it is as large as the memory. None: nowhere."""

    @field_validator("escalation_days")
    @classmethod
    def _growing(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if any(later <= earlier for earlier, later in pairwise(days)):
            raise ValueError("each step must be later than the one before")
        return days
