"""Digests of what is stuck, as they were issued."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_digests"
down_revision = "20261130_routes"


def upgrade() -> None:
    op.create_table(
        "tip_digest",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "unit_id"),
    )
    op.create_index("ix_tip_digest_revision", "tip_digest", ["revision"], unique=False)
