"""Name the periods that reports are owed for, and say which days and which shorter periods they are made of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from kernel.problems import Refusal, Words

_DECREE_09_FIRST_DAY = 15
"""Day of the month on which figures start anew (NĐ 09/2019/NĐ-CP, art. 12): the day before, the 14th, closes them."""

_KNOWN_YEARS = range(1900, 2200)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Frequency(StrEnum):
    """How often a report is owed, or over what an indicator accumulates.

    Values are sent and stored: never change one.
    """

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    """The first half of a year."""
    SECOND_HALF_YEAR = "second_half_year"
    NINE_MONTHS = "nine_months"
    YEAR = "year"
    PROGRAMME = "programme"
    AD_HOC = "ad_hoc"
    FLASH = "flash"


class CutOff(StrEnum):
    """Which days a period's figures cover (chốt số liệu). Values are sent and stored: never change one."""

    DECREE_09 = "decree_09"
    """From the 15th to the 14th: NĐ 09/2019/NĐ-CP, art. 12."""
    CALENDAR = "calendar"
    """Whole months."""
    NONE = "none"


class UnreadablePeriod(Refusal):
    """A text or a combination of numbers names no period."""

    code = "unreadable_period"
    status = 422
    vi = Words(
        "Kỳ báo cáo không đọc được",
        "“{period}” không phải là một kỳ báo cáo.",
        "Viết như 2025-06, 2025-Q2, 2025-H1, 2025-H2, 2025-9M, 2025, 2021-2025, ad_hoc:<mã> hoặc flash:<mã>.",
    )
    en = Words(
        "Unreadable period",
        "“{period}” is not a reporting period.",
        "Write 2025-06, 2025-Q2, 2025-H1, 2025-H2, 2025-9M, 2025, 2021-2025, ad_hoc:<id> or flash:<id>.",
    )


class DaySpan(NamedTuple):
    """Consecutive days."""

    starts_on: date
    until: date
    """Exclusive end."""


@dataclass(frozen=True, slots=True)
class Period:
    """One reporting period (kỳ báo cáo). Make it by `parse_period`, `month` or `periods_between`.

    Raises:
        UnreadablePeriod: Year, index and name do not fit the frequency.
    """

    frequency: Frequency
    year: int
    """The first year of a programme; 0 for ad hoc and flash reports, which have no place in the year."""
    index: int = 0
    """Month 1 to 12, quarter 1 to 4, the last year of a programme; 0 for all others."""
    name: str = ""
    """What tells one ad hoc or flash report from another; empty for all others."""

    def __post_init__(self) -> None:
        if self.frequency in _UNPLACED:
            fits = self.year == 0 and self.index == 0 and _NAME.fullmatch(self.name) is not None
        else:
            last_years = range(self.year, _KNOWN_YEARS.stop)
            indices = last_years if self.frequency is Frequency.PROGRAMME else _indices(self.frequency)
            fits = self.year in _KNOWN_YEARS and self.index in indices and not self.name
        if not fits:
            raise UnreadablePeriod(period=self.key)

    @property
    def key(self) -> str:
        """The period as text: sorts by time within one frequency, and is read back by `parse_period`.

        >>> Period(Frequency.QUARTER, 2025, 2).key, Period(Frequency.PROGRAMME, 2021, 2025).key
        ('2025-Q2', '2021-2025')
        """
        match self.frequency:
            case Frequency.MONTH:
                return f"{self.year}-{self.index:02d}"
            case Frequency.QUARTER:
                return f"{self.year}-Q{self.index}"
            case Frequency.YEAR:
                return f"{self.year}"
            case Frequency.PROGRAMME:
                return f"{self.year}-{self.index}"
            case Frequency.AD_HOC | Frequency.FLASH:
                return f"{self.frequency}:{self.name}"
            case _:
                return f"{self.year}-{_PART_OF_YEAR[self.frequency]}"

    @property
    def first_month(self) -> Period | None:
        """The month it begins with; none for ad hoc and flash reports."""
        return None if self.frequency in _UNPLACED else month(self.year, self._month_numbers()[0])

    @property
    def last_month(self) -> Period | None:
        """The month from which due days count; none for ad hoc and flash reports."""
        if self.frequency in _UNPLACED:
            return None
        last_year = self.index if self.frequency is Frequency.PROGRAMME else self.year
        return month(last_year, self._month_numbers()[1])

    def _month_numbers(self) -> tuple[int, int]:
        match self.frequency:
            case Frequency.MONTH:
                return self.index, self.index
            case Frequency.QUARTER:
                return 3 * self.index - 2, 3 * self.index
            case _:
                return _MONTHS_OF_YEAR.get(self.frequency, (1, 12))

    def days(self, cut_off: CutOff) -> DaySpan | None:
        """Return the days whose figures belong to the period; none where no cut-off says so.

        >>> half = parse_period("2025-H1")
        >>> [str(day) for day in half.days(CutOff.DECREE_09)], [str(day) for day in half.days(CutOff.CALENDAR)]
        (['2024-12-15', '2025-06-15'], ['2025-01-01', '2025-07-01'])
        """
        if self.first_month is None or self.last_month is None or cut_off is CutOff.NONE:
            return None
        if cut_off is CutOff.CALENDAR:
            return DaySpan(first_day(self.first_month), first_day(self.last_month, months_later=1))
        since = timedelta(days=_DECREE_09_FIRST_DAY - 1)
        return DaySpan(first_day(self.first_month, months_later=-1) + since, first_day(self.last_month) + since)


_UNPLACED = frozenset({Frequency.AD_HOC, Frequency.FLASH})
_MONTHS_OF_YEAR = {
    Frequency.HALF_YEAR: (1, 6),
    Frequency.SECOND_HALF_YEAR: (7, 12),
    Frequency.NINE_MONTHS: (1, 9),
}
_PART_OF_YEAR = {Frequency.HALF_YEAR: "H1", Frequency.SECOND_HALF_YEAR: "H2", Frequency.NINE_MONTHS: "9M"}
_FREQUENCY_OF_PART = {part: frequency for frequency, part in _PART_OF_YEAR.items()}
_KEY = re.compile(
    r"(?P<year>\d{4})(-(?:(?P<month>\d{2})|Q(?P<quarter>\d)|(?P<part>H1|H2|9M)|(?P<last_year>\d{4})))?", re.ASCII
)


def month(year: int, number: int) -> Period:
    """Return a month of a year as a period."""
    return Period(Frequency.MONTH, year, number)


def year(number: int) -> Period:
    """Return a year as a period."""
    return Period(Frequency.YEAR, number)


def first_day(of_month: Period, *, months_later: int = 0) -> date:
    """Return the first day of a month, or of one that lies some months later (or, below 0, earlier).

    >>> first_day(month(2025, 12), months_later=2)
    datetime.date(2026, 2, 1)
    """
    ordinal = _ordinal(of_month) + months_later
    return date(ordinal // 12, ordinal % 12 + 1, 1)


def parse_period(key: str) -> Period:
    """Read a period from its key.

    Raises:
        UnreadablePeriod: The text names no period.

    >>> parse_period("2025-9M").last_month.key
    '2025-09'
    """
    frequency, colon, name = key.partition(":")
    if colon and frequency in _UNPLACED:
        return Period(Frequency(frequency), 0, name=name)
    found = _KEY.fullmatch(key)
    if found is None:
        raise UnreadablePeriod(period=key)
    first_year = int(found["year"])
    if found["month"]:
        return month(first_year, int(found["month"]))
    if found["quarter"]:
        return Period(Frequency.QUARTER, first_year, int(found["quarter"]))
    if found["last_year"]:
        return Period(Frequency.PROGRAMME, first_year, int(found["last_year"]))
    if found["part"]:
        return Period(_FREQUENCY_OF_PART[found["part"]], first_year)
    return year(first_year)


def periods_between(frequency: Frequency, first_year: int, last_year: int) -> tuple[Period, ...]:
    """Return the periods of a plan's years, both inclusive, in time order; none for ad hoc and flash.

    >>> [period.key for period in periods_between(Frequency.QUARTER, 2025, 2025)]
    ['2025-Q1', '2025-Q2', '2025-Q3', '2025-Q4']
    """
    if frequency in _UNPLACED:
        return ()
    if frequency is Frequency.PROGRAMME:
        return (Period(frequency, first_year, last_year),)
    years = range(first_year, last_year + 1)
    return tuple(Period(frequency, number, index) for number in years for index in _indices(frequency))


def months(period: Period) -> tuple[Period, ...]:
    """Return the months of a period in order; none for ad hoc and flash reports.

    >>> [part.key for part in months(parse_period("2025-Q1"))]
    ['2025-01', '2025-02', '2025-03']
    """
    if period.first_month is None or period.last_month is None:
        return ()
    ordinals = range(_ordinal(period.first_month), _ordinal(period.last_month) + 1)
    return tuple(month(ordinal // 12, ordinal % 12 + 1) for ordinal in ordinals)


def parts(period: Period) -> tuple[tuple[Period, ...], ...]:
    """Return which shorter periods stand for a period until its own report is in, the best alternative first.

    An alternative of several periods adds up: each by its own report, or else again by its parts.
    An alternative of one period begins with the period itself: it stands alone, only by its own report, and is the
    only kind that may stand for a distinct figure, which never adds up over time.

    >>> [[part.key for part in alternative] for alternative in parts(year(2025))]
    [['2025-9M'], ['2025-H1'], ['2025-H1', '2025-H2']]
    """

    def part(frequency: Frequency, index: int = 0) -> Period:
        return Period(frequency, period.year, index)

    match period.frequency:
        case Frequency.PROGRAMME:
            years = periods_between(Frequency.YEAR, period.year, period.index)
            # A programme of a single year is that year, so what stands for the year stands for it too.
            return (years,) if len(years) > 1 else (years, *parts(years[0]))
        case Frequency.YEAR:
            first_half = part(Frequency.HALF_YEAR)
            return (part(Frequency.NINE_MONTHS),), (first_half,), (first_half, part(Frequency.SECOND_HALF_YEAR))
        case Frequency.NINE_MONTHS:
            first_half = part(Frequency.HALF_YEAR)
            return (first_half, part(Frequency.QUARTER, 3)), (first_half,)
        case Frequency.HALF_YEAR:
            return ((part(Frequency.QUARTER, 1), part(Frequency.QUARTER, 2)),)
        case Frequency.SECOND_HALF_YEAR:
            return ((part(Frequency.QUARTER, 3), part(Frequency.QUARTER, 4)),)
        case Frequency.QUARTER:
            return (months(period),)
        case _:
            return ()


def _indices(frequency: Frequency) -> range:
    return {Frequency.MONTH: range(1, 13), Frequency.QUARTER: range(1, 5)}.get(frequency, range(1))


def _ordinal(of_month: Period) -> int:
    return of_month.year * 12 + of_month.index - 1
