"""The shape of an issued plan: indicators, data elements, reporting rules, tasks; units by their id.

`plan.issued` carries it whole, and readers keep it verbatim per version (design: plans own the catalogue).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from contracts.model import Contract
from kernel.calendar.due import Bound, DueRule, Roll
from kernel.calendar.period import CutOff, Frequency, Period, periods_between

Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
"""A code within a catalogue or a plan: lower case, stable, never shown as a name."""


class Due(Contract):
    """When a report is due, relative to the last month of its period."""

    bound: Bound = Bound.UNSTATED
    day: int | None = Field(default=None, ge=1, le=31)
    """Day of the month; a month without it ends on its last day (BLDS 2015, art. 148.3)."""
    month_offset: int = Field(default=0, ge=-12, le=24)
    """Months after the last month of the period."""
    dates: dict[str, date] = Field(default_factory=dict)
    """Explicit days by period key (`2025-Q2`); they take the place of `day`."""
    roll: Roll = Roll.NONE

    def rule(self) -> DueRule:
        """Return the calendar's word for it."""
        return DueRule(bound=self.bound, day=self.day, month_offset=self.month_offset, dates=self.dates, roll=self.roll)


class Selector(Contract):
    """Which units are meant: a list, or all of some kinds below a unit. Resolved once, on the effective day."""

    units: tuple[str, ...] = ()
    """Codes of single units."""
    under: str | None = None
    """Code of the unit below which to look."""
    kinds: tuple[str, ...] = ()
    """Reporter kinds: `district`, `commune`, `village`, or a body's function such as `police`."""
    depth: int | None = Field(default=None, ge=1)
    """How many levels down at most."""


class ElementKind(StrEnum):
    """How the figures of a data element add up."""

    FLOW = "flow"
    """Over units and over disjoint periods."""
    STOCK = "stock"
    """Over units; over time the last one counts."""
    CUMULATIVE = "cumulative"
    """From the start of the year (or programme); over time the last one counts; it must not fall."""
    DISTINCT = "distinct"
    """Over units only: persons reached in four quarters are not a yearly figure."""


class DataElement(Contract):
    """One figure that a report carries (số liệu). All figures are integers ≥ 0."""

    code: Code
    name: str
    name_en: str = ""
    kind: ElementKind
    unit: str = "lượt"
    """What is counted: người, cơ sở, vụ, tin, đồng."""
    authoritative: tuple[str, ...] = ()
    """Reporter kinds whose figures add up; others' are shown, never summed. Empty: every reporter."""
    since: Literal["year", "programme"] = "year"
    """Where a cumulative figure starts."""
    monthly: bool = False
    """The report carries the figure once for each month of its period."""


class Target(Contract):
    """The threshold: per cent for ratio, units_meeting and growth; a number for count and frequency."""

    at_least: int | None = None
    at_most: int | None = None


class Ratio(Contract):
    """A share of figures: met when 100·n ≥ target·d."""

    measure: Literal["ratio"] = "ratio"
    numerator: tuple[Code, ...] = Field(min_length=1)
    denominator: tuple[Code, ...] = ()
    target: Target | None = None


class Condition(Contract):
    """What one unit must show to count: a figure of at least so much, or a plan of its own."""

    element: Code | None = None
    at_least: int = 1
    issued_plan: bool = False
    """The unit has issued its own plan under this one: seen by the plans service, not reported."""


class UnitsMeeting(Contract):
    """The share of units for which all conditions hold, where those units report themselves."""

    measure: Literal["units_meeting"] = "units_meeting"
    conditions: tuple[Condition, ...] = Field(min_length=1)
    population: Selector
    population_ids: tuple[UUID, ...] = ()
    """The units counted, resolved at issue (`frozen`)."""
    target: Target | None = None


class Growth(Contract):
    """Change against a baseline period in per cent, at least or within a band."""

    measure: Literal["growth"] = "growth"
    value: tuple[Code, ...] = Field(min_length=1)
    baseline_period: str | None = None
    """Period key of the baseline, for example `2024`; unknown until somebody sets it."""
    baseline_value: int | None = Field(default=None, ge=0)
    target: Target | None = None
    cap: bool = False
    """Whether going above the band misses it."""


class FrequencyPerPeriod(Contract):
    """At least so many in every elapsed sub-period, for each reporting unit while it exists."""

    measure: Literal["frequency"] = "frequency"
    element: Code
    every: Literal[Frequency.MONTH] = Frequency.MONTH
    target: Target | None = None


class Count(Contract):
    """An absolute number, at least or at most."""

    measure: Literal["count"] = "count"
    value: tuple[Code, ...] = Field(min_length=1)
    target: Target | None = None


class Milestone(Contract):
    """Something done by a day: met by a report received by then in which the element is at least 1."""

    measure: Literal["milestone"] = "milestone"
    element: Code
    done_by: date


class Narrative(Contract):
    """A promise without a number: the receiver judges it, with a reason."""

    measure: Literal["narrative"] = "narrative"


Measure = Annotated[
    Ratio | UnitsMeeting | Growth | FrequencyPerPeriod | Count | Milestone | Narrative,
    Field(discriminator="measure"),
]


class Area(StrEnum):
    """The field of work an indicator belongs to."""

    COMMUNICATION = "communication"
    PREVENTION = "prevention"
    ENFORCEMENT = "enforcement"
    SUPPORT = "support"
    TRAINING = "training"
    GOVERNANCE = "governance"


class Source(StrEnum):
    """Where an indicator's figures come from."""

    REPORTS = "reports"
    TIPS = "tips"
    REFERRALS = "referrals"
    PLANS = "plans"


class Indicator(Contract):
    """A measured promise of a plan (chỉ tiêu)."""

    code: Code
    """From the catalogue, so that plans of different units can be compared."""
    name: str
    area: Area
    measure: Measure
    source: Source = Source.REPORTS
    period: Literal[
        Frequency.MONTH,
        Frequency.QUARTER,
        Frequency.HALF_YEAR,
        Frequency.NINE_MONTHS,
        Frequency.YEAR,
        Frequency.PROGRAMME,
    ] = Frequency.YEAR
    """Over what it accumulates."""
    direction: Literal["higher", "lower"] = "higher"
    if_any: bool = False
    """"Nếu có": a denominator of 0 means not applicable, not unmet."""
    population: Literal["frozen", "as_of"] = "frozen"
    """Whom it counts: those of the day of issue, or of the period's end."""
    section: str = ""
    """Where it stands in the document, for example `I.2`."""
    note: str = ""


class Requirement(StrEnum):
    """Whether a report must come or is only asked for."""

    REQUIRED = "required"
    REQUESTED = "requested"
    """"Đề nghị": never overdue, never escalated, outside the rates."""


class Rule(Contract):
    """Who reports to whom, how often, with which figures, by when (chế độ báo cáo)."""

    code: Code
    name: str
    frequency: Frequency
    cut_off: CutOff = CutOff.DECREE_09
    due: Due = Due()
    reminder_days: int = Field(default=7, ge=0, le=90)
    """A report becomes due soon this many times 24 h before its due instant."""
    reporters: Selector
    reporter_ids: tuple[UUID, ...] = ()
    receivers: tuple[str, ...] = Field(min_length=1)
    """Codes; the first named returns and accepts, the others read."""
    receiver_ids: tuple[UUID, ...] = ()
    through: str | None = None
    """Code of the office it goes through (qua)."""
    through_id: UUID | None = None
    elements: tuple[Code, ...] | None = None
    """What it collects; by default all elements for which its kind of reporter is authoritative."""
    requirement: Requirement = Requirement.REQUIRED
    owed_from: date | None = None
    """Earlier start, where the rule names one; otherwise the plan's effective day."""
    reference: str = ""


class Reference(Contract):
    """A document this plan stands on."""

    symbol: str
    dated_on: date | None = None
    issuer: str = ""
    about: str = ""
    plan_slug: str | None = None
    """Slug of that document where it is a plan in this system."""


class Task(Contract):
    """A piece of work with a lead and coordinating bodies."""

    number: str
    title: str
    lead: tuple[str, ...] = ()
    """Chủ trì: codes of units."""
    coordinating: tuple[str, ...] = ()
    """Phối hợp: codes of units."""
    done_by: date | None = None


class Years(Contract):
    """Consecutive years, both inclusive."""

    from_year: int = Field(ge=2000, le=2100)
    until_year: int = Field(ge=2000, le=2100)


class Plan(Contract):
    """One version of a plan (kế hoạch), complete, with every unit resolved."""

    plan_id: UUID
    slug: Code
    version: int = Field(ge=1)
    title: str
    symbol: str | None = None
    """1643/KH-UBND; unknown in four of the five real copies."""
    issued_on: date | None = None
    effective_on: date
    effective_assumed: bool = False
    """The copy has no date: the effective day was given by hand."""
    issuer: str
    issuer_id: UUID
    from_year: int = Field(ge=2000, le=2100)
    until_year: int = Field(ge=2000, le=2100)
    """Last year, inclusive."""
    programme: Years | None = None
    """The years of the programme that a plan of fewer years carries out; by default the plan's own."""
    legal_bases: tuple[Reference, ...] = ()
    superior_plans: tuple[Reference, ...] = ()
    signer: str = ""
    recipients: tuple[str, ...] = ()
    funding: tuple[str, ...] = ()
    elements: tuple[DataElement, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    rules: tuple[Rule, ...] = ()
    tasks: tuple[Task, ...] = ()
    decision: str = ""
    """The decision behind an amendment."""

    def periods(self, frequency: Frequency) -> tuple[Period, ...]:
        """Return the plan's periods of a frequency in time order: those of its years, or the one of its programme."""
        years = self.programme if frequency is Frequency.PROGRAMME and self.programme else self
        return periods_between(frequency, years.from_year, years.until_year)
