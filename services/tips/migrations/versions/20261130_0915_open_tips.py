"""Open tips are found without reading those that were closed long ago."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_open_tips"
down_revision = "20261130_disclosure"


def upgrade() -> None:
    is_open = sa.text("state <> 'closed'")
    op.create_index(op.f("ix_tip_open"), "tip", ["state"], postgresql_where=is_open, sqlite_where=is_open)
