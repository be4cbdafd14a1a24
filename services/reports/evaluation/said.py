"""Read out of the reports of a unit what its lines say: exactly what `reading` reads, for every period of a year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.reports.evaluation.evidence import Evidence, Form, UnitReports
from services.reports.evaluation.figures import Element, ElementKind
from services.reports.evaluation.lines import Bearing, Line, Side, Way, packed, slot_in
from services.reports.evaluation.measures import Count, Growth, Measure, Ratio
from services.reports.evaluation.reading import Wanted, read_own
from services.reports.evaluation.slots import NO_SLOT, SLOTS, cut_off_of, periods_of_year, slot_of


@dataclass(frozen=True, slots=True)
class Sides:
    """The elements that are summed above and below the line. Where the plan gives what is below, there are none."""

    n: tuple[str, ...]
    d: tuple[str, ...] = ()

    def of(self, sides: Side) -> tuple[str, ...]:
        """Return the elements of one side or of both."""
        return (self.n if Side.N in sides else ()) + (self.d if Side.D in sides else ())


@dataclass(frozen=True, slots=True)
class Promise:
    """An indicator in one year of its plan, as far as a version of the plan says how it is read."""

    number: int
    year: int
    sides: Sides
    bound: int = (1 << SLOTS) - 1
    """A mask: the periods for which this version binds."""


def sides_of(measure: Measure) -> Sides | None:
    """Return what is summed for a measure; None if it is judged otherwise than by sums."""
    match measure:
        case Ratio(numerator=numerator, denominator=denominator):
            return Sides(numerator, denominator)
        case Count(value=value) | Growth(value=value):
            return Sides(value)
        case _:
            return None


def fits(sides: Sides, elements: Mapping[str, Element], forms: Iterable[Form]) -> bool:
    """Say whether lines can hold it: reports count a side as a whole or not at all, and it adds up in one way."""
    whole = [frozenset(side) for side in (sides.n, sides.d) if side]
    return all(len({_way(elements[code]) for code in side}) == 1 for side in whole) and all(
        form.elements & side in (frozenset(), side) for form in forms for side in whole
    )


def _way(element: Element) -> ElementKind:
    return ElementKind.STOCK if element.kind is ElementKind.CUMULATIVE else element.kind


def lines_of(unit: int, rows: Iterable[int], promise: Promise, evidence: Evidence) -> list[Line]:
    """Return the lines of a unit with these obligations, whether they exist at the instant of the evidence or not.

    There is one for each reading of its reports: mostly a single one. If a unit is asked for both sides in some periods
    and for one in others, then shorter reports stand for longer ones by what the longer one is asked for.
    """
    bearings: list[tuple[int, Bearing, int]] = []
    for row in rows:
        period, form = evidence.tables.period(row), evidence.tables.form(row)
        slot, counts = slot_of(period), _counts(promise.sides, form)
        if slot != NO_SLOT and period.year == promise.year and counts:
            bearings.append((slot, Bearing(row, packed(slot, cut_off_of(form.cut_off), counts)), counts))
    bearings.sort(key=lambda one: one[0])
    of_line = tuple(bearing for _, bearing, _ in bearings)
    readings = sorted(_readings([(slot, counts) for slot, _, counts in bearings]))
    ways = [_ways(Side(sides), promise.sides, evidence.tables.elements) for sides in readings]
    return [Line(unit, promise.number, one, of_line, promise.bound) for one in ways]


def _counts(sides: Sides, form: Form) -> int:
    n = Side.N if form.elements.issuperset(sides.n) else Side(0)
    return int(n | (Side.D if sides.d and form.elements.issuperset(sides.d) else Side(0)))


def _readings(bearings: Sequence[tuple[int, int]]) -> set[int]:
    """Return what a unit may be asked for in a period by some of its obligations together, as sides."""
    found: dict[int, set[int]] = {}
    for slot, counts in bearings:
        known = found.setdefault(slot, {0})
        known |= {sides | counts for sides in known}
    return {sides for known in found.values() for sides in known if sides}


def _ways(sides: Side, of: Sides, elements: Mapping[str, Element]) -> int:
    kinds = {side: {elements[code].kind for code in of.of(side)} for side in (Side.N, Side.D) if side in sides}
    ways = Way.N_ADDS if kinds.get(Side.N) == {ElementKind.FLOW} else Way(0)
    ways |= Way.D_ADDS if kinds.get(Side.D) == {ElementKind.FLOW} else Way(0)
    ways |= Way.ALONE if any(ElementKind.DISTINCT in some for some in kinds.values()) else Way(0)
    return int(sides) | int(ways)


def changes_of(reports: UnitReports, number: int, line: Line, promise: Promise) -> list[tuple[int, int, int, int, int]]:
    """Return what the reports of a unit say now, for each period that bears on a line: see `Change`.

    What a nil report means depends on earlier ones, so all of the line is read again when one of them changes.
    """
    elements = reports.evidence.tables.elements
    sides, periods = line.sides, periods_of_year(promise.year)
    wanted = Wanted({code: elements[code] for code in promise.sides.of(sides)})
    changes = []
    for slot in sorted({slot_in(bearing.packed) for bearing in line.bearings}):
        said = read_own(reports, periods[slot], wanted).quantities
        n, d = (
            sum(said[code].total or 0 for code in promise.sides.of(side)) if said and side in sides else 0
            for side in (Side.N, Side.D)
        )
        changes.append((number, slot, n, d, int(bool(said))))
    return changes
