"""A page of a tip's messages is found without reading the others."""

from alembic import op

revision = "20261201_pages_of_messages"
down_revision = "20261130_bodies"


def upgrade() -> None:
    op.drop_index(op.f("ix_tip_message_tip_id"), table_name="tip_message")
    op.create_index(op.f("ix_tip_message_place"), "tip_message", ["tip_id", "revision", "id"], unique=False)
