"""Closed tips know since when; their contents can be destroyed, or retained."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_retention"
down_revision = "20261130_open_tips"

_KEPT = sa.text("closed_at IS NOT NULL AND retained_at IS NULL AND destroyed_at IS NULL")
_TIP = sa.table(
    "tip", sa.column("id", sa.Uuid()), sa.column("state", sa.String()), sa.column("closed_at", sa.BigInteger())
)
_HISTORY = sa.table(
    "tip_history",
    sa.column("tip_id", sa.Uuid()),
    sa.column("kind", sa.String()),
    sa.column("occurred_at", sa.BigInteger()),
)


def upgrade() -> None:
    for name in ("closed_at", "retained_at", "destroyed_at"):
        op.add_column("tip", sa.Column(name, sa.BigInteger(), nullable=True))
    closing = sa.select(sa.func.max(_HISTORY.c.occurred_at)).where(
        _HISTORY.c.tip_id == _TIP.c.id, _HISTORY.c.kind == "close"
    )
    closed = _TIP.update().where(_TIP.c.state == "closed")
    op.execute(closed.values(closed_at=closing.scalar_subquery()))
    op.create_index("ix_tip_kept", "tip", ["closed_at"], unique=False, sqlite_where=_KEPT, postgresql_where=_KEPT)
