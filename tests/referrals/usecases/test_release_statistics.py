"""What is released: the right figures, once, after the period, and never such that persons can be told apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import combinations
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from contracts.events.referrals import ELEMENTS_OF, Group
from kernel.calendar.period import CutOff, parse_period
from kernel.clock import SetClock
from services.referrals.store.releases import ReleasedCaseRow, ReleaseRow
from services.referrals.wiring import Referrals
from tests.referrals.builders import UNIT, at
from tests.referrals.office import Office, refusal
from tests.referrals.reference import Need, slow_count
from tests.referrals.usecases.worlds import Person, some_persons, write_world
from tests.rig import published

WOMEN = Group.WOMAN_AT_HIGH_RISK
AFTER = at("2026-02-02")
"""When every period of 2025 is over."""


@pytest.fixture
def nation(office: Callable[[str], Office]) -> Office:
    """An office for the whole country."""
    return office("VN")


def persons(
    number: int, *, served: int = 0, unit: str = "15187", on: date = date(2025, 3, 3), group: Group = WOMEN
) -> list[Person]:
    """Return eligible persons, of whom some were served ten days later."""
    later = date(on.year, on.month, on.day + 10)
    return [Person(group, unit, [Need([(on, True)], [later] if one < served else [])]) for one in range(number)]


def wish(unit: str = "38", period: str = "2025", group: Group = WOMEN) -> dict[str, str]:
    return {"unit": unit, "group": group.value, "period": period}


async def released(office: Office, **wished: Any) -> Any:
    return await office.made("/v1/statistics/releases", wish(**wished))


def figures(shown: Any) -> tuple[int, ...] | None:
    """Return eligible and served persons, or None where they are suppressed."""
    assert shown["suppressed"] == (not shown["figures"])
    return tuple(shown["figures"][code] for code in ELEMENTS_OF[Group(shown["group"])]) if shown["figures"] else None


def protected(total: int, served: int) -> tuple[int, int] | None:
    """Say in other words than the code what may be told of a total."""
    if total < 10 or served in range(1, 10) or total - served in range(1, 10):
        return None
    return total, served


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(4))
async def test_released_figures_are_those_of_a_slow_count(
    nation: Office, service: Referrals, clock: SetClock, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 - a world made up
    world = some_persons(random, 90, ("15187", "15190", "38", "593", "22945"))
    await write_world(service, world)
    clock.set(AFTER)
    # The heir of a dissolved unit's duties holds its persons; the dissolved province, those who were in it at its end.
    below = {"38": ("15187", "15190", "38"), "68": ("593", "22945"), "60": ("593",)}
    wished = [(root, group, period) for root in below for group in Group for period in ("2025", "2025-H1", "2025-Q3")]
    random.shuffle(wished)

    for root, group, period in wished:
        span = parse_period(period).days(CutOff.DECREE_09)
        assert span is not None
        mine = [person.needs for person in world if person.group is group and person.unit in below[root]]
        answer = await nation.create("/v1/statistics/releases", wish(root, period, group))
        if answer.status_code == 409:
            assert answer.json()["code"] == "release_overlaps"
            continue
        assert answer.status_code == 201, answer.text
        assert figures(answer.json()) == protected(*slow_count(mine, span)), (root, group, period)
    assert await persons_told_twice(service) == []


async def persons_told_twice(service: Referrals) -> list[Any]:
    """Return every pair of published releases of a group that share a day and a person."""
    release: Any = ReleaseRow.__table__  # type: ignore[attr-defined]
    counted: Any = ReleasedCaseRow.__table__  # type: ignore[attr-defined]
    async with service.database.read() as read:
        rows = (await read.execute(select(release))).all()
        whom = (await read.execute(select(counted))).all()
    of = {row.id: {one.case_id for one in whom if one.release_id == row.id} for row in rows}
    assert all(bool(of[row.id]) != row.suppressed for row in rows)
    return [
        (one, other)
        for one, other in combinations(rows, 2)
        if one.group == other.group
        and one.starts_on < other.until
        and other.starts_on < one.until
        and of[one.id] & of[other.id]
    ]


@pytest.mark.asyncio
async def test_a_release_is_told_to_the_other_services(nation: Office, service: Referrals, clock: SetClock) -> None:
    await write_world(service, persons(30, served=12))
    clock.set(AFTER)

    shown = await released(nation)

    elements = ["support.women-at-risk.eligible", "support.women-at-risk.served"]
    assert await published(service.database) == [
        (
            "statistics.released",
            {
                "release_id": shown["release_id"],
                "unit_id": str(UNIT["38"]),
                "group": "woman_at_high_risk",
                "period": "2025",
                "elements": elements,
                "figures": dict(zip(elements, (30, 12), strict=True)),
                "suppressed": False,
                "occurred_at": "2026-02-02T02:00:00Z",
            },
        )
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize(("total", "served"), [(9, 0), (30, 9), (30, 21), (0, 0)])
async def test_a_suppressed_release_holds_no_figure_anywhere(
    nation: Office, service: Referrals, clock: SetClock, total: int, served: int
) -> None:
    await write_world(service, persons(total, served=served))
    clock.set(AFTER)

    shown = await released(nation)

    assert (shown["suppressed"], shown["figures"]) == (True, {})
    ((_, event),) = await published(service.database)
    assert (event["suppressed"], event["figures"]) == (True, {})
    release: Any = ReleaseRow.__table__  # type: ignore[attr-defined]
    counted: Any = ReleasedCaseRow.__table__  # type: ignore[attr-defined]
    async with service.database.read() as read:
        row = (await read.execute(select(release))).one()
        whom = (await read.execute(select(counted))).all()
    assert (row.eligible, row.served, whom) == (None, None, [])


@pytest.mark.asyncio
@pytest.mark.parametrize(("total", "served"), [(10, 0), (10, 10), (20, 10)])
async def test_a_total_is_published_where_no_cell_is_small(
    nation: Office, service: Referrals, clock: SetClock, total: int, served: int
) -> None:
    await write_world(service, persons(total, served=served))
    clock.set(AFTER)

    assert figures(await released(nation)) == (total, served)


@pytest.mark.asyncio
@pytest.mark.parametrize(("instant", "status"), [("2025-12-14T23:59:59", 409), ("2025-12-15T00:00:00", 201)])
async def test_nothing_is_released_before_the_period_has_ended(
    nation: Office, clock: SetClock, instant: str, status: int
) -> None:
    clock.set(at(*instant.split("T")))

    answer = await nation.create("/v1/statistics/releases", wish())

    assert answer.status_code == status
    if status == 409:
        assert answer.json()["code"] == "period_running"


@pytest.mark.asyncio
async def test_a_total_is_released_once_and_a_repeated_request_gets_the_same_answer(
    nation: Office, service: Referrals, clock: SetClock
) -> None:
    await write_world(service, persons(30))
    clock.set(AFTER)
    first = await nation.create("/v1/statistics/releases", wish(), key="harbour-7")

    again = await nation.create("/v1/statistics/releases", wish(), key="harbour-7")
    anew = await nation.create("/v1/statistics/releases", wish())

    assert (again.status_code, again.json()) == (201, first.json())
    assert refusal(anew) == (409, "released_before")
    assert first.json()["release_id"] in anew.json()["detail"]
    assert len(await published(service.database)) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("earlier", "later", "status"),
    [
        ({"unit": "38"}, {"unit": "15187"}, 409),
        ({"unit": "15187"}, {"unit": "38"}, 409),
        ({"period": "2025-H1"}, {"period": "2025"}, 409),
        ({"period": "2025-Q1"}, {"period": "2025-Q2"}, 201),
        ({"unit": "15187"}, {"unit": "15190"}, 201),
        ({"group": Group.VICTIM_OF_TRAFFICKING}, {}, 201),
    ],
)
async def test_totals_that_share_persons_and_days_are_not_both_published(
    nation: Office, service: Referrals, clock: SetClock, earlier: Any, later: Any, status: int
) -> None:
    await write_world(
        service,
        [
            *persons(30),
            *persons(15, unit="15190"),
            *persons(12, group=Group.VICTIM_OF_TRAFFICKING),
        ],
    )
    clock.set(AFTER)
    first = await released(nation, **earlier)
    assert figures(first) is not None

    answer = await nation.create("/v1/statistics/releases", wish(**later))

    assert answer.status_code == status, answer.text
    if status == 409:
        assert answer.json()["code"] == "release_overlaps"
        assert first["release_id"] in answer.json()["detail"]


@pytest.mark.asyncio
async def test_persons_of_a_dissolved_unit_are_counted_once_by_its_heir_or_by_whom_it_belonged_to(
    nation: Office, service: Referrals, clock: SetClock
) -> None:
    await write_world(service, [*persons(12, unit="593"), *persons(11, unit="22945")])
    clock.set(AFTER)

    by_heir = await released(nation, unit="68")
    before = await nation.create("/v1/statistics/releases", wish("60"))

    assert figures(by_heir) == (23, 0)
    assert refusal(before) == (409, "release_overlaps")


@pytest.mark.asyncio
async def test_a_dissolved_unit_counts_who_was_below_it_on_its_last_day(
    nation: Office, service: Referrals, clock: SetClock
) -> None:
    await write_world(service, [*persons(12, unit="593"), *persons(11, unit="22945")])
    clock.set(AFTER)

    assert figures(await released(nation, unit="60")) == (12, 0)


@pytest.mark.asyncio
async def test_a_decision_belongs_to_its_day_in_viet_nam(nation: Office, service: Referrals, clock: SetClock) -> None:
    need = Need([(date(2024, 12, 15), True)], [date(2024, 12, 14)])
    await write_world(service, [Person(WOMEN, "15187", [need]) for _ in range(12)])
    clock.set(AFTER)

    assert figures(await released(nation)) == (12, 0)


@pytest.mark.asyncio
async def test_a_small_total_within_a_published_one_tells_nothing_by_its_refusal(
    nation: Office, service: Referrals, clock: SetClock
) -> None:
    await write_world(service, [*persons(30), *persons(1, unit="15190")])
    clock.set(AFTER)
    assert figures(await released(nation)) == (31, 0)

    with_somebody = await released(nation, unit="15190")
    with_nobody = await released(nation, unit="15190.YT")

    told = [{name: one[name] for name in ("suppressed", "figures")} for one in (with_somebody, with_nobody)]
    assert told == [{"suppressed": True, "figures": {}}] * 2


@pytest.mark.asyncio
async def test_a_suppressed_release_stands_in_nobodys_way(nation: Office, service: Referrals, clock: SetClock) -> None:
    await write_world(service, [*persons(30), *persons(5, unit="15190")])
    clock.set(AFTER)
    assert figures(await released(nation, unit="15190")) is None

    assert figures(await released(nation)) == (35, 0)


@pytest.mark.asyncio
async def test_the_caller_acts_for_the_unit_of_the_release_or_for_its_heir(
    office: Callable[[str], Office], clock: SetClock
) -> None:
    clock.set(AFTER)

    assert refusal(await office("15187").create("/v1/statistics/releases", wish())) == (403, "unit_outside")
    assert (await office("68").create("/v1/statistics/releases", wish("60"))).status_code == 201


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("wished", "code"),
    [
        ({"period": "2025-13"}, "unreadable_period"),
        ({"period": "ad_hoc:harbour"}, "period_unfit"),
        ({"unit": "60", "period": "2026-01"}, "unit_unknown"),
        ({"unit": "99"}, "unit_unknown"),
    ],
)
async def test_a_total_that_is_about_nothing_is_refused(
    nation: Office, clock: SetClock, wished: Any, code: str
) -> None:
    clock.set(AFTER)

    assert refusal(await nation.create("/v1/statistics/releases", wish(**wished))) == (422, code)


@pytest.mark.asyncio
async def test_releases_are_listed_and_followed(
    nation: Office, office: Callable[[str], Office], clock: SetClock
) -> None:
    clock.set(AFTER)
    first = await released(nation)
    clock.set(at("2026-02-03"))
    second = await released(nation, period="2025-H1")
    reader = office("15190.YT")

    assert (await reader.read("/v1/statistics/releases"))["items"] == [first, second]
    followed = await reader.read("/v1/statistics/releases", after=first["revision"])
    assert followed["items"] == [second]
