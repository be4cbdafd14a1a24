"""PostgreSQL notes when each table was last written to that a board reads beside how obligations stand.

Whoever follows the standings need not look into all of them.
"""

from alembic import op

revision = "20261130_newest_fact"
down_revision = "20261130_packed"

_FACTS = ("plan", "plan_version", "report_version", "judgement", "tip_history", "statistics_release")


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("CREATE TABLE newest_fact (kind text PRIMARY KEY, revision bigint NOT NULL)")
    op.execute("COMMENT ON TABLE newest_fact IS 'A row for each table whose triggers keep it'")
    op.execute("""
        CREATE FUNCTION note_newest_fact() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            newest bigint := (SELECT number FROM revision);
        BEGIN
            UPDATE newest_fact SET revision = newest WHERE kind = TG_TABLE_NAME AND revision < newest;
            RETURN NULL;
        END $$
    """)
    for table in _FACTS:
        op.execute(f"INSERT INTO newest_fact SELECT '{table}', coalesce(max(number), 0) FROM revision")  # noqa: S608
        op.execute(
            f"CREATE TRIGGER note_newest_fact AFTER INSERT OR UPDATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION note_newest_fact()"
        )
