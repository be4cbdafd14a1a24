"""How obligations stand, as numbers of fixed width, filled from their histories."""

from collections import defaultdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

# The rule by which a row follows from its history is pure, and stands in one place.
from services.reports.evaluation.flat import flatten
from services.reports.evaluation.history import Fact, FactKind

revision = "20261129_flat_state"
down_revision = "20261125_clocks_of_alarms"

Numbers = dict[Any, int]

_AT_ONCE = 5000
_REQUESTED = 4
_NEW = {
    **dict.fromkeys(("unit_no", "period_no", "series_no"), sa.Integer),
    **dict.fromkeys(("due", "first_receipt_at", "first_recorded_at"), sa.BigInteger),
    **dict.fromkeys(("accepted_at", "correction_due_at"), sa.BigInteger),
    "flags": sa.SmallInteger,
}
_IDENTITY = ("plan_id", "rule", "requirement", "period", "title", "opened_at", "opened_recorded_at", "revision")


def upgrade() -> None:
    tables = _create_tables()
    for name, type_ in _NEW.items():
        op.add_column("obligation_state", sa.Column(name, type_(), nullable=True))
    _fill(op.get_bind(), *tables)
    with op.batch_alter_table("obligation_state") as batch:
        for name, type_ in _NEW.items():
            batch.alter_column(name, existing_type=type_(), nullable=False)
        batch.drop_column("due_at")
    told = sa.text("(flags & 16) = 16")
    op.create_index(
        "ix_obligation_state_told", "obligation_state", ["revision"], postgresql_where=told, sqlite_where=told
    )


def _create_tables() -> list[sa.Table]:
    units = op.create_table(
        "numbered_unit",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_numbered_unit")),
        sa.UniqueConstraint("unit_id", name=op.f("uq_numbered_unit_unit_id")),
    )
    periods = op.create_table(
        "numbered_period",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_numbered_period")),
        sa.UniqueConstraint("key", name=op.f("uq_numbered_period_key")),
    )
    series = op.create_table(
        "series",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("requirement", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_series")),
    )
    return [units, periods, series]


def _fill(connection: sa.Connection, units: sa.Table, periods: sa.Table, series: sa.Table) -> None:
    kept = ("plan_id", "rule", "requirement", "period", "title")
    state = sa.table(
        "obligation_state",
        *(sa.column(name, sa.Uuid()) for name in ("id", "unit_id")),
        *(sa.column(name, sa.Uuid() if name == "plan_id" else sa.String()) for name in kept),
        *(sa.column(name, type_()) for name, type_ in _NEW.items()),
    )
    numbers: tuple[Numbers, Numbers, Numbers] = ({}, {}, {})
    changed = state.update().where(state.c.id == sa.bindparam("of"))
    changed = changed.values({name: sa.bindparam(f"to_{name}", type_=type_()) for name, type_ in _NEW.items()})
    last = UUID(int=0)
    asked = sa.select(state.c.id, state.c.unit_id, *(state.c[name] for name in kept)).order_by(state.c.id)
    while rows := connection.execute(asked.where(state.c.id > last).limit(_AT_ONCE)).all():
        facts = _histories(connection, last, rows[-1].id)
        values = [{"of": row.id, **_flat(row, facts[row.id], *numbers)} for row in rows]
        connection.execute(changed, values)
        last = rows[-1].id
    op.bulk_insert(units, [{"number": number, "unit_id": one} for one, number in numbers[0].items()])
    op.bulk_insert(periods, [{"number": number, "key": one} for one, number in numbers[1].items()])
    named = [dict(zip(_IDENTITY, one, strict=True)) | {"number": number} for one, number in numbers[2].items()]
    op.bulk_insert(series, named)


def _histories(connection: sa.Connection, after: UUID, until: UUID) -> defaultdict[UUID, list[Fact]]:
    told = ("occurred_at", "recorded_at", "revision", "ordinal", "due_at", "version", "correction_due_at")
    history = sa.table(
        "obligation_history",
        sa.column("obligation_id", sa.Uuid()),
        *(sa.column(name, sa.BigInteger()) for name in ("kind", *told)),
    )
    mine = history.select().where(history.c.obligation_id > after, history.c.obligation_id <= until)
    facts = defaultdict(list)
    for row in connection.execute(mine.order_by(history.c.obligation_id, history.c.revision, history.c.ordinal)):
        named = {name: getattr(row, name) for name in told}
        facts[row.obligation_id].append(Fact(kind=FactKind(row.kind), **named))
    return facts


def _flat(row: Any, facts: list[Fact], units: Numbers, periods: Numbers, series: Numbers) -> Numbers:
    """Return the new values of a row; units, periods and series without a number get the next."""
    opened, flat = facts[0], flatten(facts)
    # The key of a period that was opened by hand names its request, behind a colon.
    by_hand = row.period if ":" in row.period else ""
    begun = (opened.occurred_at, opened.recorded_at, opened.revision)
    identity = (row.plan_id, row.rule, row.requirement, by_hand, row.title, *begun)
    return {
        "to_unit_no": units.setdefault(row.unit_id, len(units)),
        "to_period_no": periods.setdefault(row.period, len(periods)),
        "to_series_no": series.setdefault(identity, len(series)),
        "to_due": flat.due,
        "to_first_receipt_at": flat.first_receipt_at,
        "to_first_recorded_at": flat.first_recorded_at,
        "to_accepted_at": flat.accepted_at,
        "to_correction_due_at": flat.correction_due_at,
        "to_flags": flat.flags | (_REQUESTED if row.requirement == "requested" else 0),
    }
