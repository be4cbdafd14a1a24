"""Work out what a decision on units changes: codes become ids, and what is the same already is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from contracts.unit import Placement, Succession, UnitRecord
from contracts.unit_decision import Began, Follows, Move, UnitDecision
from kernel.ids import UnitId, unit_id
from kernel.problems import Spot
from kernel.units import UnitTree
from services.plans.domain.recurring_faults import repeated, unit_unknown
from services.plans.domain.refusals import DecisionInvalid
from services.plans.domain.standing_bodies import StatedUnit

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class UnitChanges:
    """What a decision changes."""

    units: tuple[UnitRecord, ...]
    """New units and new versions of units."""
    successions: tuple[Succession, ...]


class _Begun(NamedTuple):
    """A unit that is older than was known, what the decision says of it, and where."""

    identity: UUID
    entry: Began
    pointer: str


class Drafting:
    """The units of one decision on their way from codes to records."""

    def __init__(self, on: date, tree: UnitTree, known: Mapping[UUID, UnitRecord]) -> None:
        self._on = on
        self._tree = tree
        self._known = known
        self._stated: defaultdict[str, list[UnitRecord]] = defaultdict(list)
        self.records: dict[UUID, UnitRecord] = {}
        self.faults: list[Spot] = []

    def announce(self, stated: Iterable[StatedUnit]) -> None:
        """Give every stated unit its id and its life, so that others can name it.

        A unit that is there already keeps the beginning it had: it may be older than the list that states it again.
        """
        for entry, pointer in stated:
            since = entry.valid_from or self._on
            identity = unit_id(entry.code, since.isoformat())
            if identity in self.records:
                self.faults.append(repeated(f"{pointer}/code", f"{entry.code} ({since})"))
                continue
            earlier = self._known.get(identity)
            until = entry.valid_until or (earlier.valid_until if earlier else None)
            record = UnitRecord(
                unit_id=identity,
                code=entry.code,
                name=entry.name,
                kind=entry.kind,
                function=entry.function,
                agency_code=entry.agency_code,
                valid_from=earlier.valid_from if earlier else since,
                valid_until=until,
                placements=(Placement(parent_id=None, valid_from=since),),
            )
            self._state(record)

    def begin(self, entries: Sequence[Began]) -> list[_Begun]:
        """Give units of the decision's day their earlier first day, so that others can stand under them before.

        Where they themselves stood is for `place_earlier` to find: by then every unit has its life.
        """
        begun = []
        for at, entry in enumerate(entries):
            pointer = f"/began/{at}"
            identity = self._find(entry.code, self._on, f"{pointer}/code")
            if identity is None:
                continue
            known = self._record(identity)
            if known.valid_from < entry.valid_from:
                self.faults.append(_began_already(f"{pointer}/valid_from", entry.code, known.valid_from))
            elif entry.valid_from < known.valid_from:
                self._state(known.model_copy(update={"valid_from": entry.valid_from}))
                begun.append(_Begun(identity, entry, pointer))
        return begun

    def place_earlier(self, begun: Iterable[_Begun]) -> None:
        """Find under whom units stood before the day from which they were known."""
        for identity, entry, pointer in begun:
            first, *later = self.records[identity].placements
            parent: UUID | None = first.parent_id
            if entry.parent is not None:
                parent = self._find(entry.parent, entry.valid_from, f"{pointer}/parent")
            earlier = Placement(parent_id=parent, valid_from=entry.valid_from, valid_until=first.valid_from)
            if parent == first.parent_id:
                self._change(identity, placements=(first.model_copy(update={"valid_from": entry.valid_from}), *later))
            else:
                self._change(identity, placements=(earlier, first, *later))

    def place(self, stated: Iterable[StatedUnit]) -> None:
        """Find parent and members of every stated unit. A unit that is there already keeps the places it had."""
        for entry, pointer in stated:
            day = entry.valid_from or self._on
            record = self.records[unit_id(entry.code, day.isoformat())]
            parent = None if entry.parent is None else self._find(entry.parent, day, f"{pointer}/parent")
            placements: tuple[Placement, ...] = (Placement(parent_id=parent, valid_from=day),)
            earlier = self._known.get(record.unit_id)
            if earlier is not None:
                if earlier.kind != entry.kind:
                    self.faults.append(_kind_differs(f"{pointer}/kind", earlier))
                if _parent_on(earlier, day) != parent:
                    self.faults.append(_parent_differs(f"{pointer}/parent", entry.code))
                placements = earlier.placements
            members = (self._find(code, day, f"{pointer}/members/{at}") for at, code in enumerate(entry.members))
            found = {"placements": placements, "members": tuple(member for member in members if member is not None)}
            self.records[record.unit_id] = record.model_copy(update=found)

    def end(self, codes: Sequence[str]) -> None:
        """End units with the decision's day."""
        for at, code in enumerate(codes):
            identity = self._find(code, self._on - _DAY, f"/ended/{at}")
            if identity is not None:
                self._change(identity, valid_until=self._on)

    def move(self, moves: Sequence[Move]) -> None:
        """Put units under other ones from the decision's day on."""
        for at, move in enumerate(moves):
            identity = self._find(move.code, self._on, f"/moved/{at}/code")
            parent = self._find(move.parent, self._on, f"/moved/{at}/parent")
            if identity is None or parent is None:
                continue
            *earlier, last = self._record(identity).placements
            if last.valid_from >= self._on:
                self.faults.append(_moved_already(f"/moved/{at}", move.code, last.valid_from))
                continue
            left = last.model_copy(update={"valid_until": self._on})
            self._change(identity, placements=(*earlier, left, Placement(parent_id=parent, valid_from=self._on)))

    def succeed(self, entries: Sequence[Follows], decision: str) -> list[Succession]:
        """Return who follows whom."""
        found = []
        for at, entry in enumerate(entries):
            day = entry.on or self._on
            predecessor = self._find(entry.predecessor, day - _DAY, f"/successions/{at}/from")
            successor = self._find(entry.successor, day, f"/successions/{at}/to")
            if predecessor is not None and successor is not None:
                found.append(
                    Succession(
                        predecessor_id=predecessor,
                        successor_id=successor,
                        on=day,
                        decision=decision,
                        bears_duties=entry.bears_duties,
                    )
                )
        return found

    def _find(self, code: str, day: date, pointer: str) -> UnitId | None:
        """Return the unit with a code on a day, a stated one before one that the tree has."""
        for record in self._stated.get(code, ()):
            if record.valid_from <= day and (record.valid_until is None or day < record.valid_until):
                return UnitId(record.unit_id)
        unit = self._tree.find(code, day)
        if unit is None:
            self.faults.append(unit_unknown(pointer, code, day))
            return None
        return unit.id

    def _state(self, record: UnitRecord) -> None:
        self.records[record.unit_id] = record
        self._stated[record.code].append(record)

    def _record(self, identity: UUID) -> UnitRecord:
        return self.records.get(identity) or self._known[identity]

    def _change(self, identity: UUID, **changed: object) -> None:
        self.records[identity] = self._record(identity).model_copy(update=changed)


def draw_up(
    decision: UnitDecision,
    stated: Sequence[StatedUnit],
    *,
    tree: UnitTree,
    known: Mapping[UUID, UnitRecord],
    earlier: Iterable[Succession],
) -> UnitChanges:
    """Return what a decision changes.

    `known` has every unit whose code the decision names, `earlier` every succession of those units.

    Raises:
        DecisionInvalid: It names what is not there, or contradicts what is known. All places are named.
    """
    drafting = Drafting(decision.on, tree, known)
    drafting.announce(stated)
    begun = drafting.begin(decision.began)
    drafting.place(stated)
    drafting.place_earlier(begun)
    drafting.end(decision.ended)
    drafting.move(decision.moved)
    successions = drafting.succeed(decision.successions, decision.decision)
    known_successions = {(each.predecessor_id, each.successor_id, each.on): each.bears_duties for each in earlier}
    new = []
    for at, each in enumerate(successions):
        bears = known_successions.get((each.predecessor_id, each.successor_id, each.on))
        if bears is None:
            new.append(each)
        elif bears is not each.bears_duties:
            drafting.faults.append(_succession_differs(f"/successions/{at}"))
    if drafting.faults:
        raise DecisionInvalid(spots=tuple(drafting.faults), count=len(drafting.faults))
    changed = [record for identity, record in drafting.records.items() if record != known.get(identity)]
    return UnitChanges(tuple(changed), tuple(new))


def _parent_on(record: UnitRecord, day: date) -> UUID | None:
    """Return under whom a unit stood on a day of its life."""
    return next(place.parent_id for place in reversed(record.placements) if place.valid_from <= day)


def _kind_differs(pointer: str, known: UnitRecord) -> Spot:
    return Spot(
        pointer,
        "kind_differs",
        f"{known.code} đã được ghi là loại đơn vị `{known.kind}`",
        f"{known.code} is known as a {known.kind}",
    )


def _parent_differs(pointer: str, code: str) -> Spot:
    return Spot(
        pointer,
        "parent_differs",
        f"{code} ban đầu trực thuộc đơn vị khác; nơi chuyển đến thì nêu ở `moved`",
        f"{code} began under another unit; `moved` says where it goes",
    )


def _began_already(pointer: str, code: str, since: date) -> Spot:
    return Spot(
        pointer,
        "began_already",
        f"{code} đã được ghi là có từ ngày {since}",
        f"{code} is known from {since} already",
    )


def _moved_already(pointer: str, code: str, since: date) -> Spot:
    return Spot(
        pointer,
        "moved_already",
        f"nơi trực thuộc của {code} đã được xác định từ ngày {since}",
        f"{code} was placed from {since} already",
    )


def _succession_differs(pointer: str) -> Spot:
    return Spot(
        pointer,
        "succession_differs",
        "việc kế thừa này đã được ghi với `bears_duties` khác",
        "known with another `bears_duties`",
    )
