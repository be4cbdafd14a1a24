"""Clocks of alarms for the obligations that are there: each is looked at once, and the look finds what is to be told."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_clocks_of_alarms"
down_revision = "20261125_tips_and_releases"

_LONGEST_REMINDER = 90 * 24 * 60 * 60 * 1_000_000
"""Microseconds: no obligation is due soon earlier."""


def upgrade() -> None:
    state = sa.table("obligation_state", sa.column("id"), sa.column("due_at"), sa.column("requirement"))
    clock = sa.table("alarm_clock", sa.column("subject_id"), sa.column("rings_at"))
    owed = sa.select(state.c.id, state.c.due_at - sa.literal_column(str(_LONGEST_REMINDER))).where(
        state.c.due_at.is_not(None), state.c.requirement == "required"
    )
    op.execute(clock.insert().from_select(["subject_id", "rings_at"], owed))
