"""A national book of five years: 3,321 communes below 34 provinces, 12 bodies each, 19 periods a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from kernel.clock import to_micros
from services.reports.evaluation.columns import Flag, Standings
from services.reports.evaluation.compliance import NOWHERE, Arranged, Layout
from services.reports.evaluation.history import LONG_AGO, NEVER

PROVINCES, COMMUNES, BODIES, YEARS = 34, 3_321, 12, 5
_DAY = 24 * 3600 * 1_000_000
_LENGTHS = (*[1] * 12, *[3] * 4, 6, 9, 12)
_ENDS = (*range(1, 13), 3, 6, 9, 12, 6, 9, 12)
"""The periods of a year: how many months each has, and the month with which it ends."""
T = to_micros(datetime(2026, 10, 12, 9, tzinfo=UTC))
_REMINDER = 7 * _DAY


@dataclass(frozen=True, slots=True)
class National:
    """Obligations as columns, in the order of unit and period, as the service keeps them."""

    layout: Layout
    unit: npt.NDArray[np.int32]
    period: npt.NDArray[np.int32]
    rule: npt.NDArray[np.int32]
    reminders: npt.NDArray[np.int64]
    standings: Standings
    arranged: Arranged

    def __len__(self) -> int:
        return len(self.unit)


def national_book(share: float = 1.0, *, seed: int = 2026) -> National:
    """Return the book, or one with more or fewer communes by `share`."""
    dice = np.random.default_rng(seed)
    layout, communes = _tree(round(COMMUNES * share))
    periods = YEARS * len(_ENDS)
    unit = np.repeat(communes, periods * BODIES)
    period = np.tile(np.repeat(np.arange(periods, dtype=np.int32), BODIES), len(communes))
    year, kind = np.divmod(period, len(_ENDS))
    body = np.tile(np.arange(BODIES, dtype=np.int32), len(communes) * periods)
    standings = _standings(_due(2022 + year, np.array(_ENDS)[kind]), dice)
    return National(
        layout=layout,
        unit=unit,
        period=period,
        # A plan for each body and year, with a rule of its own.
        rule=(year * BODIES + body).astype(np.int32),
        reminders=np.full(YEARS * BODIES, _REMINDER, np.int64),
        standings=standings,
        arranged=Arranged.by_cell(unit, period, units=len(layout.place), periods=periods),
    )


def _tree(communes: int) -> tuple[Layout, npt.NDArray[np.int32]]:
    parents = [NOWHERE]
    below: list[int] = []
    for province in range(PROVINCES):
        top = len(parents)
        parents.append(0)
        for _ in range(province * communes // PROVINCES, (province + 1) * communes // PROVINCES):
            below.append(len(parents))
            parents.append(top)
    return Layout.of(parents), np.array(below, np.int32)


def _due(year: npt.NDArray[np.int32], month: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the fifteenth of a month, in legal time."""
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]").astype(np.int64) + 14
    due: npt.NDArray[np.int64] = days * _DAY - 7 * 3600 * 1_000_000
    return due


def _standings(due: npt.NDArray[np.int64], dice: np.random.Generator) -> Standings:
    """Draw what came: mostly in time, some late, some not, and some at the very instants on which all depends."""
    rows = len(due)
    due = np.where(dice.random(rows) < 0.002, dice.choice([T, T + _REMINDER, T + _REMINDER + 1], rows), due)
    delay = dice.normal(-3 * _DAY, 3 * _DAY, rows).astype(np.int64)
    first = due + np.where(dice.random(rows) < 0.002, 0, delay)
    came = (first <= T) & (dice.random(rows) < 0.94)
    returned = came & (dice.random(rows) < 0.02)
    flags = np.full(rows, Flag.EXISTS, np.uint8)
    flags[dice.random(rows) < 0.005] |= np.uint8(Flag.EXCUSED)
    flags[dice.random(rows) < 0.01] |= np.uint8(Flag.REQUESTED)
    flags[came & ~returned] |= np.uint8(Flag.LIVE)
    flags[dice.random(rows) < 0.005] = 0
    none = np.zeros(rows, np.int32)
    return Standings(
        due=np.where(dice.random(rows) < 0.01, NEVER, due),
        first_receipt=np.where(came, first, NEVER),
        correction_due=np.where(returned, T + dice.integers(-20, 20, rows) * _DAY, LONG_AGO),
        flags=flags,
        live_version=none,
        accepted_version=none,
    )
