"""One place says how far the outbox is sent, in the place of a mark on each of its rows."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_outbox_sent"
down_revision = "20261125_webhooks_to_subscribers"

# The place before the first event that is not sent; where all are, that of the last; without any, one before all.
_SENT = """
    INSERT INTO outbox_sent (id, revision, ordinal)
    SELECT 1, revision, ordinal FROM (
        SELECT 1 AS choice, first.revision, first.ordinal - 1 AS ordinal FROM (
            SELECT revision, ordinal FROM outbox WHERE sent_at IS NULL ORDER BY revision, ordinal LIMIT 1
        ) AS first
        UNION ALL
        SELECT 2, last.revision, last.ordinal FROM (
            SELECT revision, ordinal FROM outbox ORDER BY revision DESC, ordinal DESC LIMIT 1
        ) AS last
        UNION ALL
        SELECT 3, -1, -1
    ) AS places ORDER BY choice LIMIT 1
"""


def upgrade() -> None:
    op.create_table(
        "outbox_sent",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_outbox_sent_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_sent")),
    )
    op.execute(_SENT)
    op.drop_index("ix_outbox_unsent", "outbox")
    op.drop_column("outbox", "sent_at")
