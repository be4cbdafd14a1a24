"""Whatever is done with tips, in whatever order: one unit is responsible, and what is possible is named."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from kernel.clock import SetClock
from services.tips.wiring import Tips
from tests.reports.office import refusal
from tests.tips.court import Court
from tests.tips.desk import INFORMANT, Desk
from tests.tips.process import ACTS, CATEGORIES, body_of, possible

pytestmark = pytest.mark.asyncio

UNITS = ("60", "60.CA", "60.SYT", "593")
WALKS = 5
STEPS = 22
REFUSED_FOR_OTHER_REASONS = {
    *("extension_impossible", "deadline_passed", "transfer_to_self", "assignee_outside", "original_not_handled"),
    "outcome_not_told",
}


class Walker:
    """Does things with a tip, and knows by itself where it must stand."""

    def __init__(self, desk: Desk, service: Tips, clock: SetClock, dice: Random) -> None:
        self.service = service
        self.desk = desk
        self.clock = clock
        self.dice = dice
        self.state, self.category, self.responsible = "received", None, "593"
        self.suspended_at: datetime | None = None
        self.resolve_due: datetime | None = None

    async def begin(self, others: list[str]) -> None:
        """Enter a tip at the district."""
        informant = self.dice.choice([None, INFORMANT])
        self.tip = await self.desk.entered(unit="593", informant=informant)
        self.others = [other.rpartition("/")[2] for other in others]
        self.first = await self.desk.read(self.tip)
        self.body = await Court().registered(self.desk, unit="60")

    async def step(self) -> None:
        """Do something, possible or not, and see that the tip stands as it must."""
        self.clock.advance(timedelta(minutes=self.dice.randrange(1, 3000)))
        for watch in self.service.watches:
            await watch.catch_up()
        act = self.dice.choice([*ACTS, *possible(self.state, self.category)])
        body = self._body(act)
        before = await self.desk.read(self.tip)
        answer = await self.desk.step(self.tip, act, **body)
        wanted = possible(self.state, self.category)
        if act not in wanted:
            assert refusal(answer) == (409, "transition_illegal")
            assert set(answer.json()["mend"].removeprefix("Có thể: ").rstrip(".").split(", ")) - {"—"} == set(wanted)
        elif answer.status_code == 200:
            self._follow(act, body, wanted[act], before, answer.json())
        else:
            assert answer.json()["code"] in REFUSED_FOR_OTHER_REASONS, answer.text
        self._check(await self.desk.read(self.tip))

    def _body(self, act: str) -> dict[str, Any]:
        own: dict[str, dict[str, Any]] = {
            "classify": {"category": self.dice.choice(CATEGORIES), "competent": self.dice.random() < 0.8},
            "reclassify": {"category": self.dice.choice(CATEGORIES)},
            "assign": {"to": self.dice.choice(UNITS)},
            "transfer": {"to": self.dice.choice(UNITS)},
            "notify": {"notice": self.dice.choice(["receipt", "acceptance", "outcome"]), "to": ["informant"]},
            "resolve": {"outcome": self.dice.choice(["confirmed", "duplicate"])},
            "link": {"duplicate_of": self.dice.choice(self.others)},
            "forward": {"body_id": self.body},
            "extend": {"kind": self.dice.choice(["complex", "procuracy", "especially_complex", "several_places"])},
        }
        return body_of(act, **own.get(act, {}))

    def _follow(self, act: str, body: dict[str, Any], to: str, before: Any, after: Any) -> None:
        self.state = self.state if to == "=" else to
        self.category = body.get("category", self.category)
        self.responsible = body["to"] if act in {"assign", "transfer"} else self.responsible
        if act == "resume":
            since = datetime.fromisoformat(
                next(one for one in before["deadlines"] if one["step"] == "resolve")["stands_since"]
            )
            assert resolve_due(after) - resolve_due(before) == self.clock.now() - since
        elif act in {"verify", "notify", "grade", "link", "assign", "suspend"}:
            # Nothing but what the law names moves a deadline.
            kept = {one["step"]: one["due_at"] for one in before["deadlines"]}
            assert kept.items() <= {one["step"]: one["due_at"] for one in after["deadlines"]}.items()

    def _check(self, shown: Any) -> None:
        assert (shown["state"], shown["category"], shown["responsible"]) == (
            self.state,
            self.category,
            self.responsible,
        )
        assert set(shown["can"]) == set(possible(self.state, self.category))
        assert [shown[name] for name in ("number", "unit", "received_at")] == [
            self.first[name] for name in ("number", "unit", "received_at")
        ]
        assert shown["history"][0]["kind"] == "received"
        recorded = [datetime.fromisoformat(one["recorded_at"]) for one in shown["history"]]
        assert recorded == sorted(recorded)
        if self.state == "closed":
            assert shown["due_at"] is None


def resolve_due(shown: Any) -> datetime:
    return datetime.fromisoformat(next(one["due_at"] for one in shown["deadlines"] if one["step"] == "resolve"))


@pytest.mark.parametrize("walk", range(WALKS))
async def test_on_any_walk_one_unit_is_responsible_and_what_is_possible_is_named(
    province: Desk, service: Tips, clock: SetClock, walk: int
) -> None:
    others = [await province.entered(), await province.entered()]
    walker = Walker(province, service, clock, Random(walk))  # noqa: S311 - a walk, not a secret
    await walker.begin(others)
    for _ in range(STEPS):
        await walker.step()
