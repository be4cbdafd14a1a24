"""Dead letters that people act on, and runs of the reconciliation."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_operations"
down_revision = "20261122_first_tables"


def upgrade() -> None:
    op.create_table(
        "dead_letter_act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consumer", sa.String(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letter_act")),
    )
    op.create_index("ix_dead_letter_act_event_id", "dead_letter_act", ["event_id"], unique=False)
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("found", sa.LargeBinary(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    op.create_index("ix_reconciliation_finished_at", "reconciliation", ["finished_at"], unique=False)
    op.add_column("dead_letter", sa.Column("traceparent", sa.String(), nullable=True))
    op.add_column("dead_letter", sa.Column("sent_at", sa.BigInteger(), nullable=True))
    op.add_column("dead_letter", sa.Column("discarded_at", sa.BigInteger(), nullable=True))
