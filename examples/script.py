"""Read the parameters of a synthetic year: how large units are, how figures run, and who does not do as expected."""

from __future__ import annotations

from datetime import date, time
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field


class _Parameters(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Level(_Parameters):
    """A figure that stays as it is: the unit's size."""

    size: str
    """Name of a size in `sizes`."""


class Share(_Parameters):
    """A figure that grows over the year towards a share of a size, and never falls."""

    of: str
    """Name of a size in `sizes`."""
    from_percent: int = Field(default=0, ge=0, le=100)
    """Where it stands when the year begins."""
    percent: int = Field(ge=0, le=100)
    """Where it stands at the year's end, on average over the units."""
    spread: int = Field(default=0, ge=0, le=50)
    """By how many points a unit may differ from that."""


class Flow(_Parameters):
    """A figure that is new in every month."""

    per_month: int = Field(ge=0)
    spread: int = Field(default=0, ge=0)
    """By how much a month may differ, in steps."""
    least: int = Field(default=0, ge=0)
    step: int = Field(default=1, ge=1)
    """What one unit of `per_month` and `spread` is worth, for money."""


Series = Level | Share | Flow
"""How an element runs over the year: told apart by `size`, `of` and `per_month`."""


class Gap(_Parameters):
    """Months in which a unit has nothing of an element that is otherwise new in every month."""

    unit: str
    element: str
    months: tuple[str, ...]


class Return(_Parameters):
    """The receiver sends the report back, and the unit corrects it or does not."""

    on: date
    reason: str
    correction_days: int = Field(ge=1)
    corrected_on: date | None = None
    wrong: dict[str, int] = Field(default_factory=dict)
    """What the first version said, by element; the corrected one has the right figures."""


class Extension(_Parameters):
    """The receiver gives more time."""

    on: date
    until: date
    """The new last timely day."""
    reason: str


class Excuse(_Parameters):
    """The receiver lets the unit off."""

    on: date
    reason: str


class Episode(_Parameters):
    """What one unit does otherwise than sending a good report on an ordinary day before it is due."""

    unit: str
    period: str
    """The longest of the periods that fall together."""
    sent_on: date | None = None
    sent_at: time | None = None
    """Time of day in Viet Nam; within office hours where none is given."""
    missing: bool = False
    nil: bool = False
    apart: bool = False
    """One report for each obligation, although they fall together."""
    unanswered: bool = False
    """The receiver has not yet accepted it."""
    returned: Return | None = None
    extended: Extension | None = None
    excused: Excuse | None = None


class Judgement(_Parameters):
    """The receiver says of a promise without a number whether it was kept."""

    indicator: str
    period: str
    on: date
    met: bool
    reason: str


class PlanScript(_Parameters):
    """The synthetic year of one plan."""

    sizes: dict[str, dict[str, int]]
    """By unit code, then by name."""
    series: dict[str, Series]
    """By element."""
    lead_days: tuple[int, int]
    """How many working days before the last timely day a report is sent: from, to."""
    lag_days: tuple[int, int]
    """How many working days after its period's end a report without a due day is sent: from, to."""
    answer_days: tuple[int, int]
    """How many working days later the receiver accepts: from, to."""
    phrases: dict[str, list[str]]
    """What a narrative section may say."""
    gaps: tuple[Gap, ...] = ()
    episodes: tuple[Episode, ...] = ()
    judgements: tuple[Judgement, ...] = ()

    def episode(self, unit: str, period: str) -> Episode:
        """Return what is special about a unit's report for a period; an ordinary episode where nothing is."""
        ordinary = Episode(unit=unit, period=period)
        return next((told for told in self.episodes if (told.unit, told.period) == (unit, period)), ordinary)


class Script(_Parameters):
    """The synthetic years of all example plans."""

    synthetic: Literal[True]
    """Nothing in it was ever reported by anybody."""
    seed: int
    plans: dict[str, PlanScript]
    """By slug."""


def read_script(text: str) -> Script:
    """Read the YAML of a synthetic year.

    Raises:
        pydantic.ValidationError: A parameter is unknown, missing or out of range.
    """
    return Script.model_validate(yaml.safe_load(text))
