"""Random persons with needs, decisions and referrals, written straight into a service's database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from contracts.events.referrals import Group
from kernel.clock import start_of
from runtime.database import Write
from services.referrals.domain.referral import ReferralState
from services.referrals.store.cases import add_case
from services.referrals.store.needs import add_decision, add_need
from services.referrals.store.referrals import By, add_referral, get_referral, move_referral
from services.referrals.store.support_services import add_service
from services.referrals.wiring import Referrals
from tests.referrals.builders import SINCE, UNIT
from tests.referrals.reference import Need

FIRST, LAST = date(2024, 6, 1), date(2026, 1, 31)


@dataclass
class Person:
    """A person of a world."""

    group: Group
    unit: str
    needs: list[Need]


def some_persons(random: Random, number: int, units: tuple[str, ...]) -> list[Person]:
    """Make persons up. Decisions and deliveries fall anywhere, also on the bounds of periods."""
    return [
        Person(
            random.choice(list(Group)[:2]),
            random.choice(units),
            [_need(random) for _ in range(random.choice((1, 1, 2)))],
        )
        for _ in range(number)
    ]


def _need(random: Random) -> Need:
    decided = sorted(_day(random) for _ in range(random.choice((0, 1, 1, 1, 2))))
    delivered = [_day(random) for _ in range(random.choice((0, 1, 1)))]
    return Need([(day, random.random() < 0.85) for day in decided], delivered)


def _day(random: Random) -> date:
    bounds = [date(2024, 12, 14), date(2024, 12, 15), date(2025, 6, 14), date(2025, 6, 15), date(2025, 12, 15)]
    return random.choice([*bounds, FIRST + timedelta(days=random.randrange((LAST - FIRST).days))])


async def write_world(service: Referrals, persons: list[Person]) -> None:
    """Write persons with all that happened to them, in one transaction."""
    await service.database.write(lambda tx: _World(tx).write(persons))


class _World:
    def __init__(self, tx: Write) -> None:
        self._tx = tx
        self._ids = (UUID(int=number) for number in range(1, 1_000_000))
        self._service = next(self._ids)

    async def write(self, persons: list[Person]) -> None:
        offered: Mapping[str, Any] = {
            "id": self._service, "organization_name": "x", "name": "x", "provider_id": UNIT["15187.YT"],
            "needs": ["arv"], "confidential_location": False, "enforcement_independent": True,
            "occurred_at": start_of(SINCE),
        }  # fmt: skip
        await add_service(self._tx, dict(offered))
        for person in persons:
            case_id = next(self._ids)
            row = {"id": case_id, "group": person.group, "unit_id": UNIT[person.unit], "holder_id": UNIT["15187.HPN"]}
            await add_case(self._tx, row | {"wrapped_key": "x", "person": None, "occurred_at": start_of(FIRST)})
            for need in person.needs:
                await self._need(case_id, need)

    async def _need(self, case_id: UUID, need: Need) -> None:
        need_id = next(self._ids)
        row = {"id": need_id, "case_id": case_id, "kind": "arv", "occurred_at": start_of(FIRST)}
        await add_need(self._tx, row)
        for number, (day, positive) in enumerate(need.decided):
            # The first instants of a day in Viet Nam: by UTC, they would be of the day before.
            at = start_of(day) + timedelta(microseconds=number)
            decided = {"id": next(self._ids), "need_id": need_id, "positive": positive, "reason": b"x"}
            await add_decision(self._tx, decided | {"unit_id": UNIT["15187"], "occurred_at": at})
        for day in need.delivered:
            await self._served(case_id, need_id, day)
        # What was not completed serves nobody.
        await add_referral(self._tx, self._referral(case_id, need_id), self._by(start_of(FIRST)))

    async def _served(self, case_id: UUID, need_id: UUID, day: date) -> None:
        referral = self._referral(case_id, need_id)
        by = self._by(start_of(FIRST))
        await add_referral(self._tx, referral, by)
        row = await get_referral(self._tx, referral["id"])
        await move_referral(self._tx, row, ReferralState.COMPLETED, by, delivered_on=day)

    def _referral(self, case_id: UUID, need_id: UUID) -> dict[str, Any]:
        ids = {"id": next(self._ids), "case_id": case_id, "need_id": need_id}
        return ids | {"service_id": self._service, "consent_id": self._service}

    @staticmethod
    def _by(at: datetime) -> By:
        return By("harbour-office-7", UNIT["15187.YT"], at)
