"""What is sent while things break: tips and reports on and on, and now and then a plan and a release."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any

from tests.faults.stream import Letter, reports, tips

PROVINCE = "68"
TIP_UNITS = 12
"""How many units get tips: each has numbers of its own."""


def plan(slug: str, reporters: dict[str, Any]) -> dict[str, Any]:
    """Return a plan under which some units owe a report each month."""
    element = {"code": "activities.held", "name": "Hoạt động", "kind": "flow", "authoritative": ["commune"]}
    monthly = {
        "code": "monthly",
        "name": "Báo cáo tháng",
        "frequency": "month",
        "due": {"bound": "by", "day": 20},
        "reporters": reporters,
        "receivers": [f"{PROVINCE}.SYT"],
    }
    return {
        "slug": slug,
        "title": "Kế hoạch chịu lửa",
        "effective_on": "2026-01-05",
        "effective_assumed": True,
        "issuer": PROVINCE,
        "from_year": 2026,
        "until_year": 2026,
        "elements": [element],
        "indicators": [],
        "rules": [monthly],
    }


def plan_letter(slug: str, reporters: dict[str, Any]) -> Letter:
    """Return the draft of a plan."""
    return Letter("plan", slug, "/v1/plans", json.dumps(plan(slug, reporters)).encode())


class Mail:
    """The letters that are still to be written, each once."""

    def __init__(self, units: Sequence[str]) -> None:
        """Take the communes that owe reports."""
        self._units = units
        self.tips = tips(list(units[:TIP_UNITS]))
        self.reports: Iterator[Letter] = iter(())
        self.plans = _plans(units[0])
        self.releases = _releases(units)

    def owe(self, plan: str) -> None:
        """Have a report written of each unit and month under one more plan."""
        months = [f"2026-{number:02d}" for number in range(1, 13)]
        duties = ((unit, month) for month, unit in itertools.product(months, self._units))
        self.reports = itertools.chain(self.reports, reports(plan, duties))

    def reports_or_tips(self) -> Iterator[Letter]:
        """Yield reports as long as any are owed, and tips else."""
        while True:
            yield next(self.reports, None) or next(self.tips)


def _plans(unit: str) -> Iterator[Letter]:
    for number in itertools.count():
        yield plan_letter(f"under-fire-{number}", {"units": [unit]})


def _releases(units: Sequence[str]) -> Iterator[Letter]:
    groups = ("woman_at_high_risk", "person_who_sells_sex", "victim_of_trafficking")
    periods = ("2025-Q4", "2025-12", "2025-11", "2025-10", "2025-09", "2025-08")
    for period, group, unit in itertools.product(periods, groups, units):
        body = {"unit": unit, "group": group, "period": period}
        yield Letter(
            "release", f"release-{unit}-{group}-{period}", "/v1/statistics/releases", json.dumps(body).encode()
        )
