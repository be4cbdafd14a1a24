"""First tables: lamps."""

import sqlalchemy as sa
from alembic import op

revision = "20250418_first_tables"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "lamp",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("brightness", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lamp")),
        sa.UniqueConstraint("place", name=op.f("uq_lamp_place")),
    )
    op.create_index(op.f("ix_lamp_revision"), "lamp", ["revision"], unique=False)
