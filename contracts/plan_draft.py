"""The shape of a plan before it is issued, as people and files write it: units by their code, not yet by their id."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from contracts.model import Contract
from contracts.plan import Code, DataElement, Indicator, Reference, Rule, Task, Years
from contracts.unit import UnitCode
from kernel.calendar.period import Frequency, Period, periods_between


class PlanDraft(Contract):
    """A plan in codes. Fields that hold ids (`reporter_ids` and the like) stay empty: issuing fills them."""

    slug: Code
    title: str = Field(min_length=1, max_length=500)
    symbol: str | None = Field(default=None, min_length=1, max_length=100)
    """1643/KH-UBND; unknown in four of the five real copies."""
    issued_on: date | None = None
    effective_on: date
    effective_assumed: bool = False
    """The copy has no date: the effective day was given by hand."""
    issuer: UnitCode
    units_as_of: date | None = None
    """The day on which the codes are to be read, because codes are used again; by default the effective day."""
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

    def periods(self, frequency: Frequency) -> tuple[Period, ...]:
        """Return the plan's periods of a frequency in time order, as the issued plan will have them."""
        years = self.programme if frequency is Frequency.PROGRAMME and self.programme else self
        return periods_between(frequency, years.from_year, years.until_year)


class Amendment(PlanDraft):
    """The full new text of an issued plan. Its effective day is that of the amendment."""

    decision: str = Field(min_length=1, max_length=500)
    """Number and symbol of the decision that amends the plan."""
