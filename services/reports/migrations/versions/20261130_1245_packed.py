"""PostgreSQL keeps the numbers of how an obligation stands as one value too, as it sends them.

Whose history is read, the index says without a look at the table.
"""

from alembic import op

revision = "20261130_packed"
down_revision = "20261129_flat_state"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("""
        ALTER TABLE obligation_state ADD COLUMN packed bytea NOT NULL GENERATED ALWAYS AS (
            int4send(unit_no) || int4send(period_no) || int4send(series_no) || int8send(due)
            || int8send(first_receipt_at) || int8send(first_recorded_at) || int8send(accepted_at)
            || int8send(correction_due_at) || int2send(flags)
        ) STORED
    """)
    op.execute("DROP INDEX ix_obligation_state_told")
    op.execute("""
        CREATE INDEX ix_obligation_state_told ON obligation_state (revision)
        INCLUDE (id, unit_no, period_no, series_no) WHERE (flags & 16) = 16
    """)
