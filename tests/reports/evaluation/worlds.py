"""Plans in miniature for tests: units that owe reports of 2025, and what they reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Literal

from kernel.calendar.period import CutOff, Period, parse_period
from services.reports.evaluation.book import Book
from services.reports.evaluation.columns import Duty
from services.reports.evaluation.contribution import Asked, contributions
from services.reports.evaluation.evidence import Basis, Evidence, Form, Lifetime, Tables, reports_of
from services.reports.evaluation.figures import Element, ElementKind, Figures
from services.reports.evaluation.history import Fact, FactKind
from services.reports.evaluation.indicator import Answer, answer
from services.reports.evaluation.measures import Indicator
from services.reports.evaluation.releases import Release
from services.reports.evaluation.tips import TipsFigures
from tests.reports.evaluation.books import enter, record
from tests.reports.evaluation.histories import DAY, FOREVER, instant

START = instant(date(2024, 12, 15))
YEAR_END = instant(date(2025, 12, 15))


def said(found: Answer) -> tuple[str, str | None]:
    """Return the verdict in one word, and why there is none."""
    return found.verdict.value, found.reason.value if found.reason else None


class World:
    """A book with figures, in which a report is one line. Reports are due at the end of their period and on time."""

    def __init__(self, **kinds: str) -> None:
        self.elements = {code: Element(code, ElementKind(kind)) for code, kind in kinds.items()}
        self.book = Book()
        self.duties: list[Duty] = []
        self.histories: list[list[Fact]] = []
        self.requested: list[bool] = []
        self.periods: list[Period] = []
        self.forms: list[Form] = []
        self.figures = Figures()
        self.lifetimes: dict[int, Lifetime] = {}

    def owe(
        self,
        unit: int,
        period: str,
        *,
        elements: Iterable[str] | None = None,
        due: int | Literal["undated"] | None = None,
        requested: bool = False,
        cut_off: CutOff = CutOff.DECREE_09,
        facts: Iterable[Fact] | None = None,
    ) -> int:
        """Enter an obligation that is open since the year began, and return its number.

        By default it collects every element.
        """
        self.periods.append(parse_period(period))
        self.forms.append(Form(frozenset(self.elements if elements is None else elements), cut_off))
        days = self.periods[-1].days(CutOff.DECREE_09)
        due_at = instant(days.until) if due is None and days is not None else due
        opened = Fact(FactKind.OPENED, START, START, 1, due_at=due_at if isinstance(due_at, int) else None)
        number, history = len(self.duties), [opened] if facts is None else list(facts)
        self.histories.append(history)
        self.requested.append(requested)
        self.duties.append(enter(self.book, history, unit=unit, slot=number, reminder=7 * DAY, requested=requested))
        return number

    def report(
        self,
        number: int,
        figures: Mapping[str, int] | None = None,
        *,
        nil: bool = False,
        by_month: Mapping[str, Mapping[str, int]] | None = None,
        at: int | None = None,
        accepted: bool = True,
        version: int = 1,
    ) -> int:
        """Send a report an hour before its period ends, and accept it at once."""
        days = self.periods[number].days(CutOff.DECREE_09)
        sent_at = instant(days.until - timedelta(days=1)) if at is None and days is not None else at or START
        months = {
            code: {parse_period(key): value for key, value in entries.items()}
            for code, entries in (by_month or {}).items()
        }
        self.figures.add(self.duties[number], version, figures or {}, by_month=months, nil=nil)
        self.record(number, [Fact(FactKind.SUBMITTED, sent_at, sent_at, 2, version=version)])
        if accepted:
            self.record(number, [Fact(FactKind.ACCEPTED, sent_at, sent_at, 3, version=version)])
        return number

    def record(self, number: int, facts: Iterable[Fact]) -> None:
        """Enter what happened to an obligation further."""
        self.histories[number] += facts
        record(self.book, self.duties[number], self.histories[number], requested=self.requested[number])

    def excuse(self, number: int) -> int:
        """Excuse an obligation from the start."""
        self.record(number, [Fact(FactKind.EXCUSED, START, START, 2)])
        return number

    def evidence(self, t: int, known_at: int, basis: Basis) -> Evidence:
        """Return all that is known of an instant."""
        tables = Tables(
            lambda row: self.periods[self.book.columns.slot[row]],
            lambda row: self.forms[self.book.columns.slot[row]],
            self.elements,
            self.figures,
            self.lifetimes,
        )
        return Evidence(t, basis, self.book, known_at, tables)

    def ask(
        self,
        indicator: Indicator,
        *,
        period: str = "2025",
        t: int = FOREVER,
        known_at: int = FOREVER,
        basis: Basis = Basis.ACCEPTED,
        units: Iterable[int] = range(8),
        plans_issued: frozenset[int] = frozenset(),
        tips: TipsFigures | None = None,
        release: Release | None = None,
        judged_met: bool | None = None,
    ) -> Answer:
        """Ask how an indicator stands over some units."""
        evidence = self.evidence(t, known_at, basis)
        reports = reports_of(units, range(len(self.book)), evidence)
        asked = Asked(indicator, parse_period(period), plans_issued=plans_issued)
        return answer(asked, contributions(asked, reports), t, tips=tips, release=release, judged_met=judged_met)
