"""Work out what a decision on units changes: codes become ids, and what is the same already is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from contracts.unit import Placement, Succession, UnitRecord
from contracts.unit_decision import Follows, Move, UnitDecision
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
        """Give every stated unit its id and its life, so that others can name it."""
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
                valid_from=since,
                valid_until=until,
                placements=(Placement(parent_id=None, valid_from=since),),
            )
            self.records[identity] = record
            self._stated[entry.code].append(record)

    def place(self, stated: Iterable[StatedUnit]) -> None:
        """Find parent and members of every stated unit. A unit that is there already keeps the places it had."""
        for entry, pointer in stated:
            record = self.records[unit_id(entry.code, (entry.valid_from or self._on).isoformat())]
            day = record.valid_from
            parent = None if entry.parent is None else self._find(entry.parent, day, f"{pointer}/parent")
            placements: tuple[Placement, ...] = (Placement(parent_id=parent, valid_from=day),)
            earlier = self._known.get(record.unit_id)
            if earlier is not None:
                if earlier.kind != entry.kind:
                    self.faults.append(_kind_differs(f"{pointer}/kind", earlier))
                if earlier.placements[0].parent_id != parent:
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
    drafting.place(stated)
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
