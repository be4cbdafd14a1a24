"""The national book of five years as the reports service keeps it: units, plans, and 3.8 million obligations.

Most obligations are plain: reported in time or late, accepted or not. One in a hundred was excused, and has a history.
`lanhmanh bench load` enters such a book too, each obligation with all that happened to it; that takes a quarter of an
hour, and the board reads no more of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import make_url, text

from bench.events.told import database_of
from contracts.plan import Plan, Rule
from contracts.unit import UnitRecord
from contracts.unit_decision import UnitDecision
from kernel.calendar.days_off import LEGAL_CALENDAR
from kernel.calendar.due import due
from kernel.clock import to_micros
from kernel.ids import UnitId, unit_id
from lanhmanh.book.country import bodies_of, communes_of, country
from lanhmanh.book.pasts import END
from lanhmanh.book.plans import plans_of
from lanhmanh.services import Name
from runtime.database import Database, Write, insert_rows
from runtime.reference.apply import write_units
from services.reports.domain.obligation import effective_at
from services.reports.evaluation.columns import Flag
from services.reports.evaluation.history import LONG_AGO, NEVER, FactKind
from services.reports.store.numbers import SeriesRow, number_periods, number_units
from services.reports.store.plans import keep_version, note_generated
from tests.servers.postgres import PostgresServer

YEARS = range(2022, 2027)
_A_CHUNK = 2000
"""Obligations of one revision, as the service writes them."""
_DAY = 24 * 3600 * 1_000_000
_PLAIN, _IN, _EXCUSED = Flag.EXISTS.value, Flag.EXISTS | Flag.LIVE, Flag.EXISTS | Flag.EXCUSED | Flag.TOLD
T = to_micros(END)
"""What is due later is still to come."""
_FILL = f"""
    INSERT INTO obligation_state (
        id, plan_id, rule, unit_id, period, requirement, title, unit_no, period_no, series_no, due,
        first_receipt_at, first_recorded_at, accepted_at, correction_due_at, flags, version, revision)
    SELECT gen_random_uuid(), plan_id, rule, unit_id, key, 'required', '', unit_no, period_no, series_no, due,
        CASE WHEN came THEN first ELSE {NEVER} END, CASE WHEN came THEN first + 999 ELSE {NEVER} END,
        CASE WHEN came AND chance % 4 > 0 THEN first + {_DAY} ELSE {NEVER} END,
        {LONG_AGO}, CASE WHEN is_excused THEN {_EXCUSED:d} WHEN came THEN {_IN:d} ELSE {_PLAIN} END, 2,
        1 + (period_no * bodies + unit_no) / {_A_CHUNK}
    FROM (
        SELECT *, chance % 100 = 7 AS is_excused, chance % 100 <> 7 AND chance % 100 < 92 AND first < {T} AS came
        FROM (
            SELECT *, due + {_DAY} * (chance % 20 - 16) AS first, (SELECT count(*) FROM numbered_unit) AS bodies
            FROM (
                SELECT *, abs(hashint4(unit_no * 100 + period_no)::bigint) AS chance
                FROM pg_temp.body JOIN pg_temp.owed USING (province, function)
            ) each
        ) each
    ) each
    ORDER BY period_no, unit_no;
    INSERT INTO obligation_history (
        obligation_id, revision, ordinal, kind, occurred_at, recorded_at, due_at, version, correction_due_at, trace)
    SELECT o.id, o.revision, ordinal, kind, s.opened_at, s.opened_recorded_at,
        CASE WHEN ordinal = 0 THEN o.due END, NULL, NULL, '{{}}'
    FROM obligation_state o JOIN series s ON s.number = o.series_no
    CROSS JOIN (VALUES (0, {FactKind.OPENED.value}), (1, {FactKind.EXCUSED.value})) fact (ordinal, kind)
    WHERE o.flags = {_EXCUSED:d};
"""  # noqa: S608 - numbers of our own
"""By period and then by unit: as they were opened, and not as they are wanted."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A database with the book, and whom to ask about in it."""

    database: Database
    epoch: UUID
    code: str
    """Of the province with the most communes."""
    province: UnitId
    plan: str
    """The slug of its last plan."""
    communes: int


@asynccontextmanager
async def kept_book(postgres: PostgresServer) -> AsyncIterator[Kept]:
    """Give a database with the book."""
    decision = country(YEARS.start, 1.0)
    plans = list(plans_of(decision, YEARS))
    communes = communes_of(decision)
    province = max(communes, key=lambda code: len(communes[code]))
    plan = next(one for one in reversed(plans) if one.issuer == province)
    async with database_of(Name.REPORTS, postgres) as database:
        await _enter(database, decision, plans)
        await _settle(database)
        async with database.read() as read:
            epoch = (await read.newest()).epoch
        found = unit_id(province, decision.on.isoformat())
        yield Kept(database, epoch, province, found, plan.slug, len(communes[province]))


async def _enter(database: Database, decision: UnitDecision, plans: Sequence[Plan]) -> None:
    records = {record.code: record for record in _records(decision)}

    async def together(tx: Write) -> None:
        await write_units(tx, decision=decision.decision, units=list(records.values()), successions=())
        for plan in plans:
            await keep_version(tx, plan, effective_at(plan))
            await note_generated(tx, plan.plan_id)
        bodies = [one for one in records.values() if one.kind == "body"]
        units = await number_units(tx, (one.unit_id for one in bodies))
        keys = {key.key for plan in plans for rule in plan.rules for key in plan.periods(rule.frequency)}
        periods = await number_periods(tx, sorted(keys))
        for table in _TABLES:
            await tx.execute(text(table))
        raw: Any = await tx.connection.get_raw_connection()
        copy = raw.driver_connection.copy_records_to_table
        province_of = {commune: province for province, some in communes_of(decision).items() for commune in some}
        places = ((one.code.rpartition(".")[0], one) for one in bodies)
        await copy(
            "body",
            records=[(units[one.unit_id], one.unit_id, province_of[at], one.function) for at, one in places],
        )
        await copy("owed", records=list(_owed(plans, periods)))
        await insert_rows(tx.connection, _SERIES, list(_series(plans)))
        for statement in _FILL.split(";")[:-1]:
            await tx.execute(text(statement.replace(":", "\\:")))

    await database.write(together)
    await database.write(_count)


async def _settle(database: Database) -> None:
    """Do at once what autovacuum does within minutes: it would do it while something is measured."""
    url = make_url(database.settings.url).set(drivername="postgresql").render_as_string(False)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


_SERIES = SeriesRow.__table__  # type: ignore[attr-defined]
_TABLES = (
    "CREATE TEMP TABLE body (unit_no int, unit_id uuid, province text, function text)",
    "CREATE TEMP TABLE owed (province text, function text, plan_id uuid, rule text, series_no int, period_no int, "
    "key text, due bigint)",
)


async def _count(tx: Write) -> None:
    await tx.execute(text("UPDATE revision SET number = (SELECT max(revision) FROM obligation_state)"))


def _records(decision: UnitDecision) -> Iterator[UnitRecord]:
    """Yield all units, those above first."""
    since = decision.on.isoformat()

    def record(code: str, name: str, kind: str, above: str | None, function: str | None = None) -> UnitRecord:
        parent = None if above is None else unit_id(above, since)
        return UnitRecord.model_validate(
            {"unit_id": unit_id(code, since), "code": code, "name": name, "kind": kind, "function": function}
            | {"valid_from": decision.on, "placements": [{"parent_id": parent, "valid_from": decision.on}]}
        )

    for one in decision.units:
        yield record(one.code, one.name, one.kind, one.parent)
    for one in decision.units:
        for suffix, function, name in bodies_of(decision) if one.kind == "commune" else ():
            yield record(f"{one.code}.{suffix}", f"{name} {one.name}", "body", one.code, function)


def _rules(plans: Sequence[Plan]) -> Iterator[tuple[int, Plan, Rule]]:
    """Yield all rules of all plans with the number of their series."""
    yield from ((number, *one) for number, one in enumerate((plan, rule) for plan in plans for rule in plan.rules))


def _series(plans: Sequence[Plan]) -> Iterator[dict[str, Any]]:
    for number, plan, rule in _rules(plans):
        opened = {name: effective_at(plan) for name in ("opened_at", "opened_recorded_at")}
        what = {"number": number, "plan_id": plan.plan_id, "rule": rule.code, "requirement": "required"}
        yield {**what, "period": "", "title": "", **opened, "revision": 1}


def _owed(plans: Sequence[Plan], periods: Mapping[str, int]) -> Iterator[tuple[Any, ...]]:
    for number, plan, rule in _rules(plans):
        for period in plan.periods(rule.frequency):
            found = due(rule.due.rule(), period, LEGAL_CALENDAR)
            assert found is not None
            function = rule.code.rpartition("-")[0]
            what = (plan.issuer, function, plan.plan_id, rule.code, number)
            yield (*what, periods[period.key], period.key, to_micros(found.due_at))
