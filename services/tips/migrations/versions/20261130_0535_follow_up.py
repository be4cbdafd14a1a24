"""Informants follow their tips with a code, and messages go both ways. Tips that were there before have no code."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_follow_up"
down_revision = "20261130_sealed_ledger"


def upgrade() -> None:
    op.create_table(
        "tip_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("by_unit", sa.Uuid(), nullable=True),
        sa.Column("client", sa.String(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tip_message")),
    )
    op.create_index(op.f("ix_tip_message_tip_id"), "tip_message", ["tip_id"], unique=False)
    with op.batch_alter_table("tip") as batch:
        batch.add_column(sa.Column("follow_up", sa.LargeBinary(), nullable=True))
        batch.create_unique_constraint(op.f("uq_tip_follow_up"), ["follow_up"])
