"""What a plan promises, and over which periods."""

from __future__ import annotations

from contracts.plan import Indicator, Plan
from kernel.calendar.period import Frequency, Period, year


def periods_of(plan: Plan, indicator: Indicator) -> tuple[Period, ...]:
    """Return the periods over which a plan promises an indicator, in time order.

    Where no report is owed for the whole programme, its figures come with the year's report (cumulative ones start
    with the programme): then the plan's last year stands for it.
    """
    if indicator.period is not Frequency.PROGRAMME:
        return plan.periods(indicator.period)
    if any(rule.frequency is Frequency.PROGRAMME for rule in plan.rules):
        return plan.periods(Frequency.PROGRAMME)
    return (year(plan.until_year),)
