"""Say what is stuck among the tips that are not closed, or whose informants wrote again: each is counted under
everything that holds it up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kernel.clock import ICT, as_utc, legal_day
from services.tips.domain.alarm import Terms
from services.tips.domain.deadline import Deadline
from services.tips.domain.tip import TipState

ISSUED_AT = time(7)
"""Legal time of the daily digest, before offices open. No act sets it: policy of the product."""
_DAY = timedelta(days=1)


@dataclass(slots=True)
class Digest:
    """How many tips of a unit and those below it are open, and what they wait for."""

    open: int = 0
    unclassified: int = 0
    """Nobody has said what they are."""
    unassigned: int = 0
    """Classified, and nobody has taken them on."""
    suspended: int = 0
    unclosed: int = 0
    """Handled, and not closed."""
    near: int = 0
    """A deadline comes near."""
    late: int = 0
    """A deadline passed, and what it asks for is not done."""
    unread: int = 0
    """Their informants wrote, and nobody has read it. Closed ones too: nothing else would tell of them."""

    def add(self, state: TipState, reasons: Iterable[str]) -> None:
        """Count one more tip, and what it waits for."""
        self.open += state is not TipState.CLOSED
        for one in reasons:
            setattr(self, one, getattr(self, one) + 1)


_WAITS = {
    TipState.RECEIVED: "unclassified",
    TipState.CLASSIFIED: "unassigned",
    TipState.SUSPENDED: "suspended",
    TipState.RESOLVED: "unclosed",
    TipState.TRANSFERRED: "unclosed",
    TipState.NOT_ACCEPTED: "unclosed",
}


def reasons_of(
    state: TipState, found: Sequence[Deadline], terms: Terms, t: datetime, *, is_unread: bool
) -> Iterator[str]:
    """Yield under what a tip is counted, by the names in `Digest`. A closed one waits for nothing but a reader."""
    if state in _WAITS:
        yield _WAITS[state]
    if is_unread:
        yield "unread"
    if state is TipState.CLOSED:
        return
    running = [one for one in found if one.is_open]
    if any(one.due_at <= t for one in running):
        yield "late"
    elif any(one.due_at - terms.leads[one.step] <= t for one in running):
        yield "near"


def day_of_digest(t: datetime) -> date:
    """Return the day of the newest digest that is to be there at an instant."""
    return legal_day(t - timedelta(hours=ISSUED_AT.hour))


def next_digest(after: date) -> datetime:
    """Return when the digest of the day after is issued: every day, whether or not there is anything to tell."""
    return as_utc(datetime.combine(after + _DAY, ISSUED_AT, ICT))
