"""the process of tips: how each stands with its unit, and clocks of alarms."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "20261130_process_and_clocks"
down_revision = "20261125_first_tables"

_FILLED = {
    "reached_id": sa.Uuid,
    "reached_at": sa.BigInteger,
    "remote": sa.Boolean,
    "informant_known": sa.Boolean,
    "paused": sa.BigInteger,
    "extensions": sa.LargeBinary,
}
_EMPTY = {
    **dict.fromkeys(("transferred_at", "incompetent_at", "suspended_at"), sa.BigInteger),
    **dict.fromkeys(("receipt_told_at", "acceptance_told_at", "outcome_told_at"), sa.BigInteger),
    **dict.fromkeys(("instance", "grade"), sa.String),
    "transferred_late": sa.Boolean,
    "duplicate_of": sa.Uuid,
}
_tip = sa.table(
    "tip",
    *(sa.column(name, sa.Uuid()) for name in ("id", "unit_id", "reached_id")),
    *(sa.column(name, sa.String()) for name in ("state", "category", "instance")),
    *(sa.column(name, sa.BigInteger()) for name in ("received_at", "reached_at", "paused")),
    *(sa.column(name, sa.Boolean()) for name in ("remote", "informant_known")),
    sa.column("extensions", sa.LargeBinary()),
)
_history = sa.table(
    "tip_history",
    sa.column("tip_id", sa.Uuid()),
    sa.column("revision", sa.BigInteger()),
    sa.column("ordinal", sa.Integer()),
    sa.column("kind", sa.String()),
    sa.column("facts", sa.LargeBinary()),
)


def upgrade() -> None:
    for name, type_ in (_FILLED | _EMPTY).items():
        op.add_column("tip", sa.Column(name, type_(), nullable=True))
    _fill_tips()
    _name_limits(op.get_bind())
    with op.batch_alter_table("tip") as batch:
        for name, type_ in _FILLED.items():
            batch.alter_column(name, existing_type=type_(), nullable=False)
        batch.drop_index("ix_tip_due_at")
        batch.create_index("ix_tip_duplicate_of", ["duplicate_of"])
    _wind_clocks()


def _fill_tips() -> None:
    informant = sa.table("tip_informant", sa.column("tip_id", sa.Uuid()))
    known = sa.exists().where(informant.c.tip_id == _tip.c.id)
    op.execute(
        _tip.update().values(
            reached_id=_tip.c.unit_id,
            reached_at=_tip.c.received_at,
            remote=sa.false(),
            # Sealed apart: whether it names anybody, only the vault could tell.
            informant_known=known,
            paused=0,
            extensions=sa.literal(b"[]", sa.LargeBinary()),
            # Until now every complaint ran under the limits of a first one.
            instance=sa.case((_tip.c.category == "complaint", "first"), else_=None),
        )
    )


def _name_limits(connection: sa.Connection) -> None:
    """Say of each deadline that was noted as missed which limit it was: a tip had one category at most."""
    joined = sa.join(_history, _tip, _tip.c.id == _history.c.tip_id)
    asked = sa.select(_history, _tip.c.category, _tip.c.received_at).select_from(joined)
    for row in connection.execute(asked.where(_history.c.kind == "deadline_missed")).all():
        facts = json.loads(row.facts)
        facts["limit"] = _limit(facts["step"], row)
        mine = (
            _history.c.tip_id == row.tip_id,
            _history.c.revision == row.revision,
            _history.c.ordinal == row.ordinal,
        )
        connection.execute(_history.update().where(*mine).values(facts=json.dumps(facts).encode()))


_JULY_2026 = 1_782_838_800_000_000
"""Microseconds: the first instant of 1/7/2026 in Viet Nam, from when on complaints are accepted by another limit."""


def _limit(step: str, row: Any) -> str:
    if step == "classify":
        return step
    if row.category != "complaint":
        return f"{step}.{row.category}"
    return f"{step}.complaint" if step == "accept" and row.received_at >= _JULY_2026 else f"{step}.complaint.first"


def _wind_clocks() -> None:
    """Have every tip that runs looked at once: the look finds what is to be told."""
    clock = sa.table("alarm_clock", sa.column("subject_id"), sa.column("rings_at"))
    running = sa.select(_tip.c.id, _tip.c.received_at).where(_tip.c.state.in_(("received", "classified", "assigned")))
    op.execute(clock.insert().from_select(["subject_id", "rings_at"], running))
