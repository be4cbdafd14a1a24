"""One ledger over all units, in the order in which tips were kept, and its signed heads."""

import sqlalchemy as sa
from alembic import op

# How a chain grows is pure, and stands in one place.
from services.tips.ledger.entry import GENESIS, chained

revision = "20261130_sealed_ledger"
down_revision = "20261130_process_and_clocks"

_AT_ONCE = 5000
_TIP = sa.table(
    "tip",
    sa.column("id", sa.Uuid()),
    sa.column("unit_id", sa.Uuid()),
    *(sa.column(name, sa.BigInteger()) for name in ("revision", "entry", "position")),
    sa.column("leaf", sa.LargeBinary()),
)
_HEAD = sa.table(
    "ledger_head",
    sa.column("unit_id", sa.String()),
    *(sa.column(name, sa.BigInteger()) for name in ("entries", "revision")),
    sa.column("chain", sa.LargeBinary()),
)


def upgrade() -> None:
    op.create_table(
        "ledger_node",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "place", name=op.f("pk_ledger_node")),
    )
    op.create_table(
        "ledger_seal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.BigInteger(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("signing_key", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_seal")),
        sa.UniqueConstraint("entries", name=op.f("uq_ledger_seal_entries")),
    )
    op.create_index(op.f("ix_ledger_seal_revision"), "ledger_seal", ["revision"], unique=False)
    op.add_column("tip", sa.Column("position", sa.BigInteger(), nullable=True))
    _fill(op.get_bind())
    with op.batch_alter_table("tip") as batch:
        batch.alter_column("position", existing_type=sa.BigInteger(), nullable=False)
        batch.create_unique_constraint(op.f("uq_tip_position"), ["position"])


def _fill(connection: sa.Connection) -> None:
    """Give the tips that are there their positions, in the order of their transactions."""
    ordered = sa.select(_TIP.c.id, _TIP.c.leaf, _TIP.c.revision)
    rows = connection.execute(ordered.order_by(_TIP.c.revision, _TIP.c.unit_id, _TIP.c.entry)).all()
    if not rows:
        return
    chain, given = GENESIS, []
    for position, row in enumerate(rows, 1):
        chain = chained(chain, row.leaf)
        given.append({"of": row.id, "at": position})
    place = _TIP.update().where(_TIP.c.id == sa.bindparam("of")).values(position=sa.bindparam("at"))
    for start in range(0, len(given), _AT_ONCE):
        connection.execute(place, given[start : start + _AT_ONCE])
    whole = {"entries": len(rows), "chain": chain, "revision": max(row.revision for row in rows)}
    nobody = sa.bindparam("nobody", "00000000-0000-0000-0000-000000000000", sa.Uuid(as_uuid=False))
    connection.execute(sa.insert(_HEAD).values(unit_id=nobody, **whole))
