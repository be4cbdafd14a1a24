"""Decide which totals may leave the service: none that tells few persons apart, alone or by subtraction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from kernel.calendar.period import DaySpan
from services.referrals.disclosure.counting import Counted


class Figures(NamedTuple):
    """A total that may be published."""

    eligible: int
    served: int


class Published(NamedTuple):
    """An earlier release that published figures, of the same group."""

    release_id: UUID
    period: DaySpan
    persons: frozenset[UUID]


def protect(counted: Counted, smallest_cell: int) -> Figures | None:
    """Return a total's figures, or None where they would tell few persons apart.

    The total has at least `smallest_cell` persons. Of them the served and those not served are none, or as many:
    whoever reads two of the three figures knows the third.

    >>> persons = [UUID(int=number) for number in range(24)]
    >>> protect(Counted(frozenset(persons), frozenset(persons[:12])), 10)
    Figures(eligible=24, served=12)
    >>> protect(Counted(frozenset(persons), frozenset(persons[:15])), 10) is None
    True
    """
    total, served = len(counted.eligible), len(counted.served)
    is_small = any(0 < cell < smallest_cell for cell in (served, total - served))
    return None if total < smallest_cell or is_small else Figures(total, served)


def find_overlap(counted: Counted, period: DaySpan, earlier: Iterable[Published]) -> UUID | None:
    """Return an earlier release with which a total shares a person and a day, or None.

    Two published totals that share persons can be subtracted, whatever the size of each.
    """
    return next(
        (
            one.release_id
            for one in earlier
            if one.period.starts_on < period.until
            and period.starts_on < one.period.until
            and not counted.eligible.isdisjoint(one.persons)
        ),
        None,
    )
