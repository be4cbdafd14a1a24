"""What a plan promises, and over which periods."""

from __future__ import annotations

from contracts.plan import Indicator, Plan
from kernel.calendar.period import Frequency, Period, periods_between, year


def periods_of(plan: Plan, indicator: Indicator) -> tuple[Period, ...]:
    """Return the periods over which a plan promises an indicator, in time order.

    Where no report is owed for the whole programme, its figures come with the year's report (cumulative ones start
    with the programme): then the plan's last year stands for it.
    """
    if indicator.period is not Frequency.PROGRAMME:
        return periods_between(indicator.period, plan.from_year, plan.until_year)
    if any(rule.frequency is Frequency.PROGRAMME for rule in plan.rules):
        return periods_between(Frequency.PROGRAMME, plan.from_year, plan.until_year)
    return (year(plan.until_year),)
