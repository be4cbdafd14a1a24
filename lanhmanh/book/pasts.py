"""What became of the obligations of the book: most are reported once and accepted, one in a hundred otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from kernel.clock import to_micros
from services.reports.domain.obligation import Obligation
from services.reports.evaluation.columns import MOST_DELAY
from services.reports.evaluation.history import Fact, FactKind
from services.reports.store.book import Kept

END = datetime(2026, 10, 12, 9, tzinfo=UTC)
"""The book ends here: what is due later is still to come."""
_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
_WAYS = {"early": 0.80, "exactly": 0.01, "just before": 0.01, "late": 0.10, "never": 0.08}
"""When a first report comes, as seen from the due instant."""
_ODD = 0.01
"""The share of obligations that are returned, extended, excused, or reported on paper, a quarter each."""
_ACCEPTED = 0.75


def pasts_of(
    owed: Sequence[Obligation], opened_at: datetime, elements: Sequence[str], *, figures: float, seed: Sequence[int]
) -> Iterator[Kept]:
    """Yield obligations with what happened to them, and for a share of them their figures: the same for a seed."""
    dice, count, end = np.random.default_rng(seed), len(owed), to_micros(END)
    way = dice.choice(len(_WAYS), count, p=list(_WAYS.values())).tolist()
    early, late = dice.integers(1, 10 * _DAY, count), dice.integers(1, 20 * _DAY, count)
    shifts = np.stack([-early, np.zeros_like(early), np.full_like(early, -1), late, late]).tolist()
    delay, waited = dice.integers(0, MOST_DELAY, count).tolist(), dice.integers(_HOUR, 10 * _DAY, count).tolist()
    accepted = (dice.random(count) < _ACCEPTED).tolist()
    odd = np.where(dice.random(count) < _ODD, dice.integers(1, 5, count), 0).tolist()
    said = (dice.random(count) < figures).tolist()
    begun, written = to_micros(opened_at), to_micros(opened_at + timedelta(hours=8))
    for place, one in enumerate(owed):
        assert one.due is not None  # noqa: S101 - every rule of the book has a day
        due_at = to_micros(one.due.due_at)
        facts = [Fact(FactKind.OPENED, begun, written, revision=0, due_at=due_at)]
        received_at = due_at + shifts[way[place]][place]
        recorded_at = received_at + delay[place]
        if way[place] != 4 and recorded_at < end:
            facts.append(Fact(FactKind.SUBMITTED, received_at, recorded_at, revision=0, ordinal=1, version=1))
            accepted_at = recorded_at + waited[place]
            if accepted[place] and accepted_at < end:
                facts.append(Fact(FactKind.ACCEPTED, accepted_at, accepted_at, revision=0, ordinal=2, version=1))
        if odd[place] and due_at < end:
            facts = _more_to_tell(odd[place], facts[0], due_at)
        plain = len(facts) > 1 and not odd[place]
        yield Kept(one, facts, _figures(elements, place) if said[place] and plain else None)


def _figures(elements: Sequence[str], place: int) -> dict[str, int]:
    """Return figures of pairs of elements: of each pair the first is at most the second."""
    pairs = zip(elements[::2], elements[1::2], strict=True)
    shares = ((done, there, 20 + (place + 7 * number) % 80) for number, (done, there) in enumerate(pairs))
    return {name: value for done, there, whole in shares for name, value in ((done, whole // 2 + 5), (there, whole))}


def _more_to_tell(kind: int, opened: Fact, due_at: int) -> list[Fact]:
    """Return a history that is not plain: of a return, an extension, an excuse, or a receipt on paper."""

    def fact(kind: FactKind, at: int, ordinal: int, *, written: int = 0, **more: int) -> Fact:
        return Fact(kind, at, at + written, revision=0, ordinal=ordinal, **more)

    before = due_at - 5 * _DAY
    match kind:
        case 1:
            first = fact(FactKind.SUBMITTED, before, 1, version=1)
            back = fact(FactKind.RETURNED, before + _DAY, 2, version=1, correction_due_at=due_at + 3 * _DAY)
            return [opened, first, back]
        case 2:
            longer = fact(FactKind.DUE_SET, before, 1, due_at=due_at + 10 * _DAY)
            return [opened, longer, fact(FactKind.SUBMITTED, due_at + _DAY, 2, version=1)]
        case 3:
            return [opened, fact(FactKind.EXCUSED, before, 1)]
        case _:
            return [opened, fact(FactKind.SUBMITTED, before, 1, written=3 * _DAY, version=1)]
