"""Rules by which tips reach the competent body."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_routes"
down_revision = "20261130_retention"


def upgrade() -> None:
    op.create_table(
        "tip_route",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("function", sa.String(), nullable=True),
        sa.Column("to_id", sa.Uuid(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("set_by_unit", sa.Uuid(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("etag", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_tip_route_unit_id", "tip_route", ["unit_id"], unique=False)
