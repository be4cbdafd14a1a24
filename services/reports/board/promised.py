"""The promises of one plan that sums decide, judged for every unit of a tree at once.

Beside these a plan may promise what each unit keeps or breaks by itself, what a receiver judges, and what others count:
`Judged` answers that, and whatever lines cannot hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from contracts.plan import Plan
from kernel.ids import UnitId
from services.reports.board.judged import Viewpoint
from services.reports.board.kernels import side_by_side
from services.reports.board.memory import Memory
from services.reports.board.worded import Worded, worded
from services.reports.board.wording import Wording
from services.reports.evaluation.alike import Alike, Owing, lines_alike, owing_alike
from services.reports.evaluation.awaiting import View
from services.reports.evaluation.columns import Flag, Indices, flags_of
from services.reports.evaluation.compliance import Layout
from services.reports.evaluation.evidence import Evidence, Form, UnitReports
from services.reports.evaluation.heard import Heard
from services.reports.evaluation.history import NEVER, NO_VERSION, Instants
from services.reports.evaluation.lines import Change, Changes
from services.reports.evaluation.ratios import Ratios
from services.reports.evaluation.said import changes_of, lines_of
from services.reports.evaluation.slots import NO_SLOT, ends_of
from services.reports.evaluation.tally import NOWHERE
from services.reports.evaluation.thresholds import Thresholds, ThresholdTooLarge

_STANDS = np.uint8(Flag.EXISTS | Flag.EXCUSED | Flag.LIVE)
_MANY = 100
"""Reports: so many are read no faster one by one than all together."""


class Among(NamedTuple):
    """Where a unit stands among those that owe the same."""

    group: Alike
    place: int


class Promised:
    """The lines, sums and rulings of a plan, of one basis and one tree, as of one instant."""

    ratios: Ratios
    words: tuple[Worded, ...]
    """What is judged here."""

    def __init__(self, memory: Memory, asked: Viewpoint, plan: Plan, layout: Layout) -> None:
        """Read and judge what all units report that have a place in the layout.

        Raises:
            FigureTooLarge, TooManyLines: Sums might not fit.
        """
        self._memory, self._from = memory, asked
        self._wording = Wording(memory, plan, asked.t, asked.known_at)
        self._candidates = worded(memory, self._wording)
        self._versions = {one.version.version: one.version for one in self._candidates}
        rows, unit = memory.owed.rows_of(plan.plan_id), memory.owed.book.columns.units_of_rows()
        self.rows = rows[layout.place[unit[rows]] != NOWHERE]
        self._lay_out(unit[self.rows], layout)
        self._standings = memory.owed.book.as_of(asked.t, asked.known_at)
        for changes in self._said_by_all():
            self.ratios.write(changes)
        self.ratios.evaluate(self._view(), together=side_by_side)

    @property
    def t(self) -> int:
        """The instant, in microseconds UTC."""
        return self._from.t

    def move(self, t: int, known_at: int, rows: Indices) -> bool:
        """Move on to a later instant; in between only these rows were rewritten, and the same words bind.

        Return False if so many reports came that it is no slower to read all anew, or if something has occurred that
        was written down before.

        Raises:
            FigureTooLarge: Sums might not fit.
        """
        since = self.t
        if self._memory.has_occurred(since, t):
            return False
        self._from = replace(self._from, t=t, known_at=known_at)
        rows = rows[np.isin(rows, self.rows)]
        before = self._read(rows)
        self._stand_again(rows)
        turned = rows[self._read(rows) != before]
        if len(turned) > _MANY:
            return False
        self._enter(rows, turned)
        if self._memory.has_passed(since, t):
            self.ratios.advance(self._view(), together=side_by_side)
        return True

    def _stand_again(self, rows: Indices) -> None:
        book, then = self._memory.owed.book, self._standings
        for row in rows.tolist():
            now = book.standing(row, self._from.t, self._from.known_at)
            then.due[row] = NEVER if now.due_at is None else now.due_at
            then.first_receipt[row] = NEVER if now.first_receipt_at is None else now.first_receipt_at
            then.flags[row] = book.columns.flags[row] & ~_STANDS | flags_of(now)
            then.live_version[row] = now.live_version or NO_VERSION
            then.accepted_version[row] = now.accepted_version or NO_VERSION

    def _enter(self, rewritten: Indices, turned: Indices) -> None:
        """Evaluate what stands on rows that were rewritten; of `turned` another version is read."""
        view, speaking = self._view(), set(self._units(turned))
        for one in self._units(rewritten):
            self.ratios.enter(self._said_by(one) if one in speaking else self._silence_of(one), view)

    def _units(self, rows: Indices) -> list[int]:
        """Return the units of rows, as far as sums are about them."""
        begins = self._memory.owed.book.columns.begins
        units = np.unique(np.searchsorted(begins, rows, side="right") - 1)
        return [one for one in units.tolist() if one in self._among]

    def _lay_out(self, unit: Indices, layout: Layout) -> None:
        asks, forms = self._asks(unit)
        fitting = [one for one in self._candidates if one.fits(self._wording, forms[one.version.version])]
        self.words, thresholds = _held_to(fitting, self._years, layout)
        self._version_of = {one.promise: one.version.version for one in self.words}
        self._groups = self._grouped(owing_alike(self.rows, unit, asks))
        self._among = {
            one: Among(group, place) for group in self._groups for place, one in enumerate(group.owing.units.tolist())
        }
        self.ratios = Ratios.of(lines_alike(self._groups), layout, thresholds)

    @cached_property
    def rank(self) -> Indices:
        """For each unit that owes any of it, by its number, its rank by code: the same in every process."""
        units, tree = list(self._among), self._memory.reference.tree
        of_unit = {one: tree.get(UnitId(self._memory.owed.units[one])) for one in units}
        rank = np.full(len(self._memory.owed.units), NOWHERE, np.int32)
        rank[sorted(units, key=lambda one: (of_unit[one].code, of_unit[one].id))] = np.arange(len(units))
        return rank

    @cached_property
    def _ends(self) -> Instants:
        return ends_of(self._years)

    @property
    def _years(self) -> list[int]:
        """The year of each promise."""
        by_number = {one.promise.number: one.promise.year for one in self._candidates}
        return [by_number[number] for number in range(len(by_number))]

    def _asks(self, unit: Indices) -> tuple[npt.NDArray[np.int64], dict[int, list[Form]]]:
        """Return for each row a number for what it asks, and the forms that there are by the words of each version."""
        owed, tree, columns = self._memory.owed, self._memory.reference.tree, self._memory.owed.book.columns
        kinds = np.empty(len(owed.units), np.int64)
        numbers: dict[str, int] = {}
        for one in np.unique(unit).tolist():
            kind = tree.get(UnitId(owed.units[one])).reporter_kind
            kinds[one] = numbers.setdefault(kind, len(numbers))
        rows = self.rows
        series, slot = columns.series[rows].astype(np.int64), columns.slot[rows].astype(np.int64)
        _, first, which = np.unique(series << 32 | slot << 16 | kinds[unit], return_index=True, return_inverse=True)
        tables = {number: self._wording.tables(version) for number, version in self._versions.items()}
        forms = {number: [one.form(row) for row in rows[first].tolist()] for number, one in tables.items()}
        asked: dict[object, int] = {}
        number = [
            asked.setdefault((owed.period(row), *(of_version[place] for of_version in forms.values())), len(asked))
            for place, row in enumerate(rows[first].tolist())
        ]
        return np.array(number, np.int64)[which], {version: list(set(found)) for version, found in forms.items()}

    def _grouped(self, owing: Iterable[Owing]) -> tuple[Alike, ...]:
        groups: list[Alike] = []
        for one in owing:
            unit, rows = int(one.units[0]), one.rows[0].tolist()
            lines = tuple(
                (words.promise, line)
                for words in self.words
                for line in lines_of(unit, rows, words.promise, self._evidence(words.version))
            )
            if lines:
                groups.append(Alike(one, lines, groups[-1].end if groups else 0))
        return tuple(groups)

    def _evidence(self, version: Plan) -> Evidence:
        """Return what is known of the instant, read by the words of a version of the plan."""
        asked, book = self._from, self._memory.owed.book
        return Evidence(asked.t, asked.basis, book, asked.known_at, self._wording.tables(version))

    def _view(self) -> View:
        return View(self._from.t, self._from.basis, self._standings, self._ends)

    def _read(self, rows: Indices) -> Indices:
        """Return which version is read of each of some rows, in any shape; NO_VERSION for none."""
        exists = (self._standings.flags[rows] & Flag.EXISTS) != 0
        return np.where(exists, self._view().version[rows], np.int32(NO_VERSION))

    def _said_by_all(self) -> Iterator[Changes]:
        """Yield what all units say, as far as it is complete: nothing has been written of them yet."""
        for number, version in self._versions.items():
            promises = [one.promise for one in self.words if one.version.version == number]
            codes = sorted({code for one in promises for code in (*one.sides.n, *one.sides.d)})
            for group in self._groups if codes else ():
                heard = Heard.of(group.owing, self._read(group.owing.rows), self._evidence(version), codes)
                yield from heard.changes(group, promises)

    def _said_by(self, unit: int) -> Changes:
        """Return what a unit says, in all that it was ever asked."""
        group, place = self._among[unit]
        rows, first = group.owing.rows[place].tolist(), group.first_of(place)
        reports = {
            number: UnitReports(unit, rows, self._evidence(version)) for number, version in self._versions.items()
        }
        changes = [
            change
            for number, (promise, line) in enumerate(group.lines, start=first)
            for change in changes_of(reports[self._version_of[promise]], number, line, promise)
        ]
        return np.array(changes, np.int64)

    def _silence_of(self, unit: int) -> Changes:
        """Return that a unit says nothing else, though its obligations stand otherwise."""
        group, place = self._among[unit]
        changes = np.zeros((len(group.lines), len(Change)), np.int64)
        changes[:, Change.LINE] = group.first_of(place) + np.arange(len(group.lines))
        changes[:, Change.SLOT] = NO_SLOT
        return changes


def _held_to(words: Iterable[Worded], years: list[int], layout: Layout) -> tuple[tuple[Worded, ...], Thresholds]:
    """Return what sums can be held to, and the thresholds of it."""
    thresholds, held = Thresholds.of(max(1, len(years)), np.zeros(len(layout.parent), np.int32)), []
    for one in words:
        try:
            thresholds.put(0, one.promise.number, one.measured, one.promise.bound)
        except ThresholdTooLarge:
            continue
        held.append(one)
    return tuple(held), thresholds
