"""Tell a synthetic year of tips: how each comes in, and who does what with it, until it is closed or still runs.

Pure and deterministic, as the year of reports is. What a tip says is one of a few made-up sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from contracts.events.tips import Category
from contracts.plan import Plan
from examples.office_hours import at_the_office
from kernel.clock import legal_day, start_of
from kernel.ids import UnitId
from kernel.units import Unit, UnitTree

_MARK = "(Tin giả lập.)"
_GROUND = "Không thuộc thẩm quyền giải quyết"


class TipScript(BaseModel):
    """The parameters of one plan's year."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    received: Mapping[str, int]
    """How many tips come to a unit, by its code on the plan's day."""
    until: date
    """The last day on which one comes in."""
    hotline_percent: int = Field(ge=0, le=100)
    """How many come over the hotline; officers enter the others."""
    late_percent: int = Field(ge=0, le=100)
    """How many crime reports are classified, or resolved, too late."""
    transferred_percent: int = Field(ge=0, le=100)
    unread: int = 0
    """How many of the last ones nobody has looked at yet."""
    categories: Mapping[Category, int]
    """How often which category, as weights."""


class TipScripts(BaseModel):
    """The parameters of all plans."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    synthetic: bool
    seed: int
    sentences: tuple[str, ...] = Field(min_length=1)
    plans: Mapping[str, TipScript]


def read_tip_scripts(text: str) -> TipScripts:
    """Read the parameters from YAML."""
    return TipScripts.model_validate(yaml.safe_load(text))


class TipActKind(StrEnum):
    """What somebody does with a tip; the values are those of the steps in the tips service."""

    SEND = "send"
    """A hotline sends it, signed."""
    ENTER = "enter"
    """An officer enters it for somebody who came by."""
    CLASSIFY = "classify"
    NOTIFY = "notify"
    ASSIGN = "assign"
    TRANSFER = "transfer"
    RESOLVE = "resolve"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class TipAct:
    """One thing that happens to a tip."""

    at: datetime
    """Aware, UTC."""
    kind: TipActKind
    tip: str
    """The same in all acts on one tip."""
    by: str
    """Code, on the day of the act, of the unit that acts."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """What is sent with it."""


def tip_year(plan: Plan, tree: UnitTree, script: TipScript, scripts: TipScripts) -> tuple[TipAct, ...]:
    """Tell all that happens to the tips of a plan's units, in time order."""
    teller = _Teller(plan, tree, script, scripts)
    acts = [act for code, count in script.received.items() for act in teller.tell(code, count)]
    return tuple(sorted(acts, key=lambda act: (act.at, act.tip)))


class _Teller:
    def __init__(self, plan: Plan, tree: UnitTree, script: TipScript, scripts: TipScripts) -> None:
        self._plan = plan
        self._tree = tree
        self._script = script
        self._scripts = scripts

    def tell(self, code: str, count: int) -> Iterator[TipAct]:
        """Tell of the tips that one unit receives."""
        unit = self._tree.find(code, self._plan.effective_on)
        assert unit is not None  # noqa: S101 - the script names units of the plan
        for number in range(1, count + 1):
            name = f"{self._plan.slug}/tip/{code}/{number}"
            dice = Random(f"{self._scripts.seed}|{name}")  # noqa: S311 - synthetic acts, not secrets
            received_at = self._received_at(dice, is_last=number > count - self._script.unread)
            yield from self._tell_one(unit, name, received_at, dice, is_read=number <= count - self._script.unread)

    def _received_at(self, dice: Random, *, is_last: bool) -> datetime:
        first, last = self._plan.effective_on + timedelta(days=1), self._script.until
        day = last if is_last else first + timedelta(days=dice.randrange((last - first).days))
        # People call at any hour; the instants of officers are drawn anew.
        return start_of(day) + timedelta(minutes=dice.randrange(24 * 60), seconds=dice.randrange(60))

    def _tell_one(
        self, unit: Unit, name: str, received_at: datetime, dice: Random, *, is_read: bool
    ) -> Iterator[TipAct]:
        content = {"summary": f"{dice.choice(self._scripts.sentences)} {_MARK}"}
        by_hotline = dice.randrange(100) < self._script.hotline_percent
        at = received_at if by_hotline else at_the_office(legal_day(received_at), dice)
        house = self._bearer(unit.id, at)
        if house is None:
            return
        come = {"unit": house.code, "content": content}
        if by_hotline:
            yield TipAct(at, TipActKind.SEND, name, house.code, come)
        else:
            yield TipAct(at, TipActKind.ENTER, name, house.code, come | {"channel": "visitor"})
        if is_read:
            yield from self._handled(house, name, at, dice)

    def _handled(self, house: Unit, name: str, received_at: datetime, dice: Random) -> Iterator[TipAct]:
        category = dice.choices([*self._script.categories], weights=[*self._script.categories.values()])[0]
        is_late = category is Category.CRIME_REPORT and dice.randrange(100) < self._script.late_percent
        at = received_at + timedelta(
            minutes=dice.randrange(26 * 60, 50 * 60) if is_late else dice.randrange(30, 20 * 60)
        )
        yield from self._classified(house, at, name, category)
        at += timedelta(minutes=dice.randrange(30, 8 * 60))
        responsible = self._police_of(house, at)
        if dice.randrange(100) < self._script.transferred_percent:
            to = self._province_police(house, at)
            if to is not None and to.id != house.id:
                yield from self._act(house, at, TipActKind.TRANSFER, name, {"to": to.code, "ground": _GROUND})
                house = responsible = to
                at += timedelta(hours=2)
                yield from self._classified(house, at, name, category)
                at += timedelta(minutes=30)
        yield from self._act(house, at, TipActKind.ASSIGN, name, {"to": responsible.code})
        at += timedelta(days=dice.randrange(2, 15), minutes=dice.randrange(60))
        outcome = dice.choice(("confirmed", "unfounded"))
        yield from self._act(responsible, at, TipActKind.RESOLVE, name, {"outcome": outcome})
        yield from self._act(responsible, at + timedelta(days=dice.randrange(1, 3)), TipActKind.CLOSE, name, {})

    def _classified(self, unit: Unit, at: datetime, name: str, category: Category) -> Iterator[TipAct]:
        """Let the unit say what the tip is, and tell the Procuracy of a crime report; nobody says who they are here."""
        yield from self._act(unit, at, TipActKind.CLASSIFY, name, {"category": category.value})
        if category is Category.CRIME_REPORT:
            told = {"notice": "receipt", "to": ["procuracy"]}
            yield from self._act(unit, at + timedelta(minutes=10), TipActKind.NOTIFY, name, told)

    def _act(self, unit: Unit, at: datetime, kind: TipActKind, name: str, body: Mapping[str, Any]) -> Iterator[TipAct]:
        """Let the unit act, or whoever bears its duties by then; nobody does where there is none."""
        by = self._bearer(unit.id, at)
        if by is not None:
            yield TipAct(at, kind, name, by.code, body)

    def _bearer(self, unit_id: UnitId, at: datetime) -> Unit | None:
        found = self._tree.bearer(unit_id, legal_day(at))
        return None if found is None else self._tree.get(found)

    def _police_of(self, house: Unit, at: datetime) -> Unit:
        """Return the police of a unit, where it has its own and it lasts; else the unit itself."""
        here = self._bearer(house.id, at) or house
        police: Sequence[UnitId] = [*self._tree.below(here.id, legal_day(at), kinds=("police",), depth=1)]
        return self._tree.get(police[0]) if police else here

    def _province_police(self, house: Unit, at: datetime) -> Unit | None:
        day = legal_day(at)
        here = self._bearer(house.id, at) or house
        for above in self._tree.ancestors(here.id, day):
            if self._tree.get(above).kind == "province":
                police = [*self._tree.below(above, day, kinds=("police",), depth=1)]
                return self._tree.get(police[0]) if police else None
        return None
