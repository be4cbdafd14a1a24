"""Tell a synthetic year of support: who needs what, who is referred where, and what is released of it.

Pure and deterministic, as the year of reports is. No person stands behind a case, and none has a name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field

from contracts.events.referrals import Group
from contracts.plan import Plan
from examples.office_hours import at_the_office
from kernel.calendar.days_off import LEGAL_CALENDAR
from kernel.clock import legal_day
from kernel.units import UnitTree

_EVIDENCE = "Phiếu đồng ý (giả lập)"
_REASON = "Đủ điều kiện (giả lập)"


class Persons(BaseModel):
    """How many of a unit's persons are eligible, and how many of those are served."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    eligible: int = Field(ge=0)
    served: int = Field(ge=0)


class Offer(BaseModel):
    """The service that serves them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: str
    """Code of the providing body on the plan's day. It keeps the cases as well."""
    organization_name: str
    name: str
    needs: tuple[str, ...] = Field(min_length=1)


class SupportScript(BaseModel):
    """The parameters of one plan's year."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: Group
    offer: Offer
    persons: Mapping[str, Persons]
    """By the code of the unit to which they belong, on the plan's day."""
    until: date
    """The last day on which a case is opened."""
    released_on: date
    """When the year's total is released, for the plan's issuer."""


class SupportScripts(BaseModel):
    """The parameters of all plans."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    synthetic: bool
    seed: int
    plans: Mapping[str, SupportScript]


def read_support_scripts(text: str) -> SupportScripts:
    """Read the parameters from YAML."""
    return SupportScripts.model_validate(yaml.safe_load(text))


class SupportActKind(StrEnum):
    """What somebody does. The order is that of a case."""

    REGISTER = "register"
    OPEN = "open"
    NEED = "need"
    DECIDE = "decide"
    CONSENT = "consent"
    REFER = "refer"
    ACCEPT = "accept"
    START = "start"
    COMPLETE = "complete"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class SupportAct:
    """One thing that happens in support."""

    at: datetime
    """Aware, UTC."""
    kind: SupportActKind
    about: str
    """The case it is about; of a registration and a release, the plan."""
    by: str
    """Code, on the day of the act, of the unit that acts."""
    plan: str
    """Slug."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """What is sent with it, without the ids that only the service knows."""


class _Step(NamedTuple):
    kind: SupportActKind
    at: datetime
    body: Mapping[str, Any]


def support_year(plan: Plan, tree: UnitTree, script: SupportScript, *, seed: int) -> tuple[SupportAct, ...]:
    """Tell all that happens under a plan, in time order."""
    teller = _Teller(plan, tree, script, seed)
    acts = [teller.registration(), *teller.cases(), teller.release()]
    return tuple(sorted(acts, key=lambda act: act.at))


class _Teller:
    def __init__(self, plan: Plan, tree: UnitTree, script: SupportScript, seed: int) -> None:
        self._plan = plan
        self._tree = tree
        self._script = script
        self._seed = seed
        self._first_on = LEGAL_CALENDAR.next_working_day(plan.effective_on + timedelta(days=1))

    def registration(self) -> SupportAct:
        """Let the provider enter its service into the directory, on the first working day."""
        offer = self._script.offer
        body = {**offer.model_dump(mode="json"), "confidential_location": False, "enforcement_independent": True}
        at = at_the_office(self._first_on, self._dice("offer"))
        return self._act(SupportActKind.REGISTER, at, self._plan.slug, body)

    def cases(self) -> Iterator[SupportAct]:
        """Tell of every person."""
        for code, persons in self._script.persons.items():
            for number in range(1, persons.eligible + 1):
                name = f"{self._plan.slug}/case/{code}/{number}"
                for step in self._steps(code, self._dice(name), is_served=number <= persons.served):
                    yield self._act(step.kind, step.at, name, step.body)

    def release(self) -> SupportAct:
        """Let the issuer, or who bears its duties by then, release the year's total."""
        issuer = self._plan.issuer
        body = {"unit": issuer, "group": self._script.group.value, "period": str(self._plan.until_year)}
        at = at_the_office(self._script.released_on, self._dice("release"))
        return SupportAct(at, SupportActKind.RELEASE, self._plan.slug, self._bearer(issuer, at), self._plan.slug, body)

    def _steps(self, code: str, dice: Random, *, is_served: bool) -> Iterator[_Step]:
        begins = self._first_on + timedelta(days=1)
        day = begins + timedelta(days=dice.randrange((self._script.until - begins).days))
        day = LEGAL_CALENDAR.next_working_day(day)
        opened_at = at_the_office(day, dice)
        case = {"group": self._script.group.value, "unit": code, "person": {"note": "Giả lập"}}
        kinds = [SupportActKind.OPEN, SupportActKind.NEED, SupportActKind.DECIDE]
        bodies: list[Mapping[str, Any]] = [
            case,
            {"kind": dice.choice(self._script.offer.needs)},
            {"positive": True, "reason": _REASON},
        ]
        if is_served:
            kinds += [SupportActKind.CONSENT, SupportActKind.REFER]
            bodies += [{"evidence": _EVIDENCE}, {}]
        at = opened_at
        for kind, body in zip(kinds, bodies, strict=True):
            yield _Step(kind, at, body)
            at += timedelta(minutes=dice.randrange(3, 15))
        if is_served:
            yield from self._served(day, dice)

    def _served(self, day: date, dice: Random) -> Iterator[_Step]:
        days = [day]
        for kind in (SupportActKind.ACCEPT, SupportActKind.START, SupportActKind.COMPLETE):
            days.append(LEGAL_CALENDAR.next_working_day(days[-1] + timedelta(days=dice.randrange(1, 6))))
            body = {"delivered_on": days[-1].isoformat()} if kind is SupportActKind.COMPLETE else {}
            yield _Step(kind, at_the_office(days[-1], dice), body)
        assert all(one < other for one, other in pairwise(days))  # noqa: S101 - in the order of a case

    def _act(self, kind: SupportActKind, at: datetime, about: str, body: Mapping[str, Any]) -> SupportAct:
        by = self._bearer(self._script.offer.provider, at)
        with_holder = {**body, "holder": by} if kind is SupportActKind.OPEN else body
        return SupportAct(at, kind, about, by, self._plan.slug, with_holder)

    def _bearer(self, code: str, at: datetime) -> str:
        unit = self._tree.find(code, self._plan.effective_on)
        assert unit is not None  # noqa: S101 - the script names units of the plan
        bearer = self._tree.bearer(unit.id, legal_day(at))
        assert bearer is not None  # noqa: S101 - bodies that support have successors
        return self._tree.get(bearer).code

    def _dice(self, name: str) -> Random:
        return Random(f"{self._seed}|{self._plan.slug}|{name}")  # noqa: S311 - synthetic acts, not secrets
