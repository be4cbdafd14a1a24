"""Alarms that were raised, and the clocks that say when to look."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_alarms"
down_revision = "20261125_operations"


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("fell_at", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("alarm_id", name=op.f("pk_alarm")),
    )
    op.create_index(op.f("ix_alarm_revision"), "alarm", ["revision"], unique=False)
    op.create_index(op.f("ix_alarm_subject_id"), "alarm", ["subject_id"], unique=False)
    op.create_index(op.f("ix_alarm_unit_id"), "alarm", ["unit_id"], unique=False)
    op.create_table(
        "alarm_clock",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("rings_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_alarm_clock")),
    )
    op.create_index(op.f("ix_alarm_clock_rings_at"), "alarm_clock", ["rings_at"], unique=False)
