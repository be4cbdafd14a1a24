"""What a service knows of units and days off: it takes effect whole, and at the next question."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events.plans import CalendarChanged, DayDecision, UnitsChanged
from contracts.unit import Placement, Succession, UnitRecord
from kernel.calendar.days_off import LEGAL_CALENDAR
from kernel.clock import SystemClock
from kernel.ids import UnitId
from runtime.database import Database, Write
from runtime.database.revision import revision
from runtime.reference import Reference, apply_calendar_change, apply_units_change
from runtime.reference.apply import DecisionIncomplete, write_units
from runtime.reference.tables import unit
from runtime.reference.view import ReferenceView, to_kernel_unit
from tests.rig import a_database
from tests.runtime.conftest import SERVICE
from tests.runtime.units import KIM_TAN, LONG_AGO, THANH_HOA, a_succession, a_unit, id_of

pytestmark = pytest.mark.asyncio

DECISION = UUID("0a0b0c0d-0000-4000-8000-000000000007")
NEW_TET = DayDecision(
    decision="7777/QĐ-TTg",
    decided_on=date(2029, 10, 1),
    days_off=(date(2030, 1, 31), date(2030, 2, 1)),
    worked=(date(2030, 2, 9),),
    completes=(2030,),
)


@pytest_asyncio.fixture
async def reference(database: Database) -> Reference:
    return Reference(database)


def a_part(
    number: int, of: int, *units: UnitRecord, decision_id: UUID = DECISION, successions: tuple[Succession, ...] = ()
) -> UnitsChanged:
    return UnitsChanged(
        decision_id=decision_id, decision="19/2025", part=number, parts=of, units=units, successions=successions
    )


async def arrive(database: Database, event: UnitsChanged) -> bool:
    return await database.write(lambda tx: apply_units_change(event, tx))


def codes(view: ReferenceView) -> list[str]:
    return [unit.code for unit in view.tree]


async def test_a_decision_takes_effect_with_its_last_part(database: Database, reference: Reference) -> None:
    early = await arrive(database, a_part(1, 2, THANH_HOA))
    before = codes(await reference.view())

    late = await arrive(database, a_part(2, 2, KIM_TAN))

    assert (early, before, late) == (False, [], True)
    assert codes(await reference.view()) == ["15187", "38"]


async def test_a_unit_can_turn_out_to_be_older(database: Database, reference: Reference) -> None:
    await arrive(database, a_part(1, 1, THANH_HOA))
    earlier = THANH_HOA.valid_from.replace(year=THANH_HOA.valid_from.year - 1)
    place = THANH_HOA.placements[0].model_copy(update={"valid_from": earlier})
    older = THANH_HOA.model_copy(update={"valid_from": earlier, "placements": (place,)})

    await arrive(database, a_part(1, 1, older, decision_id=uuid4()))

    found = (await reference.view()).tree.find("38", earlier)
    assert found is not None
    assert found.id == THANH_HOA.unit_id


async def test_the_parts_of_two_decisions_do_not_mix(database: Database, reference: Reference) -> None:
    other = uuid4()
    await arrive(database, a_part(1, 2, THANH_HOA))
    await arrive(database, a_part(1, 2, a_unit("40", kind="province"), decision_id=other))

    await arrive(database, a_part(2, 2, a_unit("16777", under=id_of("40")), decision_id=other))

    assert codes(await reference.view()) == ["16777", "40"]


async def test_a_last_part_without_the_others_does_not_take_effect(database: Database, reference: Reference) -> None:
    with pytest.raises(DecisionIncomplete, match="19/2025"):
        await arrive(database, a_part(2, 2, KIM_TAN))

    assert codes(await reference.view()) == []
    await arrive(database, a_part(1, 2, THANH_HOA))
    assert await arrive(database, a_part(2, 2, KIM_TAN))


async def test_a_part_that_comes_twice_counts_once(database: Database, reference: Reference) -> None:
    await arrive(database, a_part(1, 2, THANH_HOA))
    await arrive(database, a_part(1, 2, THANH_HOA))

    assert await arrive(database, a_part(2, 2, KIM_TAN))
    assert codes(await reference.view()) == ["15187", "38"]


async def test_a_later_decision_changes_units_and_says_who_follows(database: Database, reference: Reference) -> None:
    gone = KIM_TAN.model_copy(update={"valid_until": date(2025, 7, 1)})
    heir = a_unit("15190", under=THANH_HOA.unit_id, valid_from=date(2025, 7, 1))
    follows = a_succession(KIM_TAN.unit_id, heir.unit_id, date(2025, 7, 1))
    await arrive(database, a_part(1, 1, THANH_HOA, KIM_TAN))
    before = await reference.view()

    await arrive(database, a_part(1, 1, gone, heir, decision_id=uuid4(), successions=(follows,)))

    after = await reference.view()
    bearers = [view.tree.bearer(id_of("15187"), date(2025, 8, 1)) for view in (before, after)]
    assert bearers == [id_of("15187"), heir.unit_id]
    assert after.revision > before.revision


async def test_a_unit_comes_back_as_it_was_written(database: Database, reference: Reference) -> None:
    left = Placement(parent_id=KIM_TAN.unit_id, valid_from=LONG_AGO, valid_until=date(2025, 7, 1))
    moved = Placement(parent_id=THANH_HOA.unit_id, valid_from=date(2025, 7, 1))
    team = a_unit("15187.D178", kind="team").model_copy(
        update={
            "function": "inspection",
            "members": (KIM_TAN.unit_id,),
            "agency_code": "H56.1",
            "valid_until": date(2026, 1, 1),
            "placements": (left, moved),
        }
    )
    last_days = a_succession(team.unit_id, THANH_HOA.unit_id, date(2026, 1, 1))
    await arrive(database, a_part(1, 1, THANH_HOA, KIM_TAN, team, successions=(last_days,)))

    tree = (await reference.view()).tree

    assert [tree.get(UnitId(one.unit_id)) for one in (THANH_HOA, team)] == [
        to_kernel_unit(one) for one in (THANH_HOA, team)
    ]


async def test_a_decision_on_days_off_binds_from_the_next_question_on(database: Database, reference: Reference) -> None:
    event = CalendarChanged(decision=NEW_TET, digest="")
    await database.write(lambda tx: apply_calendar_change(event, tx))
    await database.write(lambda tx: apply_calendar_change(event, tx))

    calendar = (await reference.view()).calendar

    days = (date(2030, 1, 31), date(2030, 2, 9), date(2030, 2, 4))
    assert [calendar.is_working_day(day) for day in days] == [False, True, True]
    assert calendar.digest != LEGAL_CALENDAR.digest
    assert len(calendar.decisions) == len(LEGAL_CALENDAR.decisions) + 1


async def test_two_services_make_the_same_calendar_of_the_same_decisions(
    database: Database, listener: Database
) -> None:
    first, second = NEW_TET, DayDecision(decision="1/QĐ", decided_on=date(2029, 12, 1), days_off=(date(2030, 2, 9),))

    async def together(tx: Write, *decisions: DayDecision) -> None:
        for decision in decisions:
            await apply_calendar_change(CalendarChanged(decision=decision, digest=""), tx)

    await database.write(lambda tx: together(tx, first, second))
    # Here the later decision arrived first, long before the other.
    await listener.write(lambda tx: together(tx, second))
    await listener.write(lambda tx: together(tx, first))

    views = [await Reference(known).view() for known in (database, listener)]
    assert views[0].calendar.digest == views[1].calendar.digest
    assert [view.calendar.is_working_day(date(2030, 2, 9)) for view in views] == [False, False]


async def test_a_transaction_sees_its_own_changes_and_nobody_else_does(
    database: Database, reference: Reference
) -> None:
    async def look_inside(tx: Write) -> tuple[list[str], list[str]]:
        await write_units(tx, decision="19/2025", units=[THANH_HOA], successions=())
        return codes(await reference.view_in(tx)), codes(await reference.view())

    assert await database.write(look_inside) == (["38"], [])


async def test_a_view_is_the_same_object_until_something_changes(database: Database, reference: Reference) -> None:
    await arrive(database, a_part(1, 1, THANH_HOA))
    first, second = await reference.view(), await reference.view()

    await arrive(database, a_part(1, 1, KIM_TAN, decision_id=uuid4()))

    assert first is second
    assert await reference.view() is not first


async def test_a_look_finds_the_newest_revision_with_the_view_at_it(database: Database, reference: Reference) -> None:
    await arrive(database, a_part(1, 1, THANH_HOA))
    await arrive(database, a_part(1, 2, KIM_TAN, decision_id=uuid4()))

    look = await reference.look()

    async with database.read() as read:
        assert look.newest == await read.newest()
    assert (look.newest.number, look.reference.revision, codes(look.reference)) == (2, 1, ["38"])


async def test_after_a_restore_a_view_is_read_again_though_its_revision_is_the_same(
    database: Database, reference: Reference
) -> None:
    await arrive(database, a_part(1, 1, THANH_HOA))
    before = codes(await reference.view())

    async def restore(connection: AsyncConnection) -> None:
        await connection.execute(update(unit).values(code="40"))
        await connection.execute(update(revision).values(epoch=uuid4()))

    await database.mark(restore)

    assert (before, codes(await reference.view())) == (["38"], ["40"])


async def test_another_replicas_changes_are_seen_at_the_next_question(postgres_url: str) -> None:
    async with (
        a_database(postgres_url, service=SERVICE, clock=SystemClock()) as ours,
        a_database(postgres_url, service=SERVICE, clock=SystemClock()) as theirs,
    ):
        reference = Reference(ours)
        before = codes(await reference.view())
        await arrive(theirs, a_part(1, 1, THANH_HOA))

        assert (before, codes(await reference.view())) == ([], ["38"])
