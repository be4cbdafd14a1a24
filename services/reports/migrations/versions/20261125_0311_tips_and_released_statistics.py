"""Tips with what happened to them, and released statistics."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_tips_and_releases"
down_revision = "20261122_first_tables"


def upgrade() -> None:

    op.create_table(
        "statistics_release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("elements", sa.LargeBinary(), nullable=False),
        sa.Column("figures", sa.LargeBinary(), nullable=False),
        sa.Column("suppressed", sa.Boolean(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_release")),
    )
    op.create_index(op.f("ix_statistics_release_revision"), "statistics_release", ["revision"], unique=False)
    op.create_table(
        "tip_history",
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("handled_at", sa.BigInteger(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tip_id", "revision", "ordinal", name=op.f("pk_tip_history")),
    )
    op.create_index(op.f("ix_tip_history_revision"), "tip_history", ["revision"], unique=False)
