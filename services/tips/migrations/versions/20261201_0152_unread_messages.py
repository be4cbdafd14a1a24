"""A tip knows since when its informant's messages are unread."""

import sqlalchemy as sa
from alembic import op

revision = "20261201_unread_messages"
down_revision = "20261201_pages_of_messages"

_UNREAD = sa.text("unread_since IS NOT NULL")
_TIP = sa.table(
    "tip",
    sa.column("id", sa.Uuid()),
    sa.column("destroyed_at", sa.BigInteger()),
    sa.column("unread_since", sa.BigInteger()),
)
_MESSAGE = sa.table(
    "tip_message",
    sa.column("tip_id", sa.Uuid()),
    sa.column("by_unit", sa.Uuid()),
    sa.column("occurred_at", sa.BigInteger()),
    sa.column("revision", sa.BigInteger()),
)
_READING = sa.table(
    "tip_reading",
    sa.column("tip_id", sa.Uuid()),
    sa.column("kind", sa.String()),
    sa.column("revision", sa.BigInteger()),
)


def upgrade() -> None:
    op.add_column("tip", sa.Column("unread_since", sa.BigInteger(), nullable=True))
    # A reading showed all messages that there were.
    read = sa.select(sa.func.max(_READING.c.revision)).where(
        _READING.c.tip_id == _TIP.c.id, _READING.c.kind == "messages"
    )
    unread = sa.select(sa.func.min(_MESSAGE.c.occurred_at)).where(
        _MESSAGE.c.tip_id == _TIP.c.id,
        _MESSAGE.c.by_unit.is_(None),
        _MESSAGE.c.revision > sa.func.coalesce(read.correlate(_TIP).scalar_subquery(), 0),
    )
    written = sa.select(_MESSAGE.c.tip_id).where(_MESSAGE.c.by_unit.is_(None))
    wrote = _TIP.update().where(_TIP.c.destroyed_at.is_(None), _TIP.c.id.in_(written))
    op.execute(wrote.values(unread_since=unread.correlate(_TIP).scalar_subquery()))
    op.create_index(
        op.f("ix_tip_unread"), "tip", ["unread_since"], unique=False, sqlite_where=_UNREAD, postgresql_where=_UNREAD
    )
