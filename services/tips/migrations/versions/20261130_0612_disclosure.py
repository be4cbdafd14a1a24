"""Who gave a tip is shown after a second person agreed; the log of readings is a chain."""

import sqlalchemy as sa
from alembic import op

# How a chain grows, and what an entry is, are pure, and stand in one place.
from kernel.clock import from_micros
from services.tips.ledger.entry import GENESIS, chained
from services.tips.ledger.reading import reading_leaf

revision = "20261130_disclosure"
down_revision = "20261130_follow_up"

_READINGS = "00000000-0000-0000-0000-000000000001"
_READING = sa.table(
    "tip_reading",
    *(sa.column(name, sa.Uuid()) for name in ("id", "tip_id", "by_unit")),
    *(sa.column(name, sa.String()) for name in ("kind", "client")),
    *(sa.column(name, sa.BigInteger()) for name in ("occurred_at", "entry", "revision")),
    sa.column("chain", sa.LargeBinary()),
)
_HEAD = sa.table(
    "ledger_head",
    sa.column("unit_id", sa.Uuid(as_uuid=False)),
    *(sa.column(name, sa.BigInteger()) for name in ("entries", "revision")),
    sa.column("chain", sa.LargeBinary()),
)


def upgrade() -> None:
    op.create_table(
        "tip_disclosure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("asked_by_unit", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by_unit", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("etag", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tip_disclosure")),
    )
    op.create_index(op.f("ix_tip_disclosure_tip_id"), "tip_disclosure", ["tip_id"], unique=False)
    for column in (
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("entry", sa.BigInteger(), nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
    ):
        op.add_column("tip_reading", column)
    _fill(op.get_bind())
    with op.batch_alter_table("tip_reading") as batch:
        batch.alter_column("kind", existing_type=sa.String(), nullable=False)
        batch.alter_column("entry", existing_type=sa.BigInteger(), nullable=False)
        batch.alter_column("chain", existing_type=sa.LargeBinary(), nullable=False)
        batch.create_unique_constraint(op.f("uq_tip_reading_entry"), ["entry"])


def _fill(connection: sa.Connection) -> None:
    """Chain the readings that are there, in the order of their transactions."""
    rows = connection.execute(sa.select(_READING).order_by(_READING.c.revision, _READING.c.id)).all()
    chain = GENESIS
    for entry, row in enumerate(rows, 1):
        said = {"tip_id": row.tip_id, "by_unit": row.by_unit, "client": row.client}
        leaf = reading_leaf(kind="content", occurred_at=from_micros(row.occurred_at), **said)
        chain = chained(chain, leaf)
        filled = sa.update(_READING).where(_READING.c.id == row.id)
        connection.execute(filled.values(kind="content", entry=entry, chain=chain))
    if rows:
        head = {"entries": len(rows), "chain": chain, "revision": max(row.revision for row in rows)}
        connection.execute(sa.insert(_HEAD).values(unit_id=_READINGS, **head))
