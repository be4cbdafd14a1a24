"""Two sets that should be equal, and what is in one of them only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel, Field

from runtime.database import Read

MOST_NAMED = 10_000
"""So many differences of one kind are named one by one; all are counted."""


class Fact(NamedTuple):
    """What an event tells, as the state of its producer knows it."""

    type: str
    key: str
    revision: int


class Told(NamedTuple):
    """What a service's state says that it has told."""

    facts: Counter[Fact]
    untraced: Collection[tuple[str, str]] = ()
    """Types and keys of facts that the state keeps no trace of."""


async def nothing_told(read: Read, after: int) -> Told:  # noqa: ARG001
    """Say that a service tells nothing."""
    return Told(Counter())


class Element(BaseModel):
    """One element that is in one set only."""

    event_id: UUID | None = Field(default=None, description="None where there should be an event and there is none.")
    type: str
    key: str
    revision: int | None = None
    time: datetime | None = None


class Comparison(BaseModel):
    """Two sets that should be equal."""

    left: str = Field(description="What should have come, such as `state` or `lanhmanh.tips`.")
    right: str = Field(description="Where it should have come to.")
    compared: int = Field(description="How many elements the left one has.")
    missing: Sequence[Element] = Field(description="On the left only.")
    missing_count: int
    surplus: Sequence[Element] = Field(description="On the right only.")
    surplus_count: int

    @property
    def differences(self) -> int:
        """How many elements are in one of them only."""
        return self.missing_count + self.surplus_count


def comparison(
    left: str, right: str, *, compared: int, missing: Iterable[Element] = (), surplus: Iterable[Element] = ()
) -> Comparison:
    """Return a comparison, whose differences are sorted."""
    lacking, extra = (sorted(some, key=_order) for some in (missing, surplus))
    return Comparison(
        left=left,
        right=right,
        compared=compared,
        missing=lacking[:MOST_NAMED],
        missing_count=len(lacking),
        surplus=extra[:MOST_NAMED],
        surplus_count=len(extra),
    )


def _order(element: Element) -> tuple[str, int, str, str]:
    return element.type, element.revision or 0, element.key, str(element.event_id)


class Reconciliation(BaseModel):
    """What a service found when it compared its sets."""

    comparisons: Sequence[Comparison]
    unsent: int = Field(description="Events in the outbox that no broker has acknowledged yet.")
    unhandled: int = Field(description="Events in topics that this service has not come to yet.")
    put_aside: Sequence[UUID] = Field(description="Dead letters that wait for somebody.")
    discarded: Sequence[UUID] = Field(description="Dead letters that somebody discarded, with a reason.")

    @property
    def differences(self) -> int:
        """How many elements are in one of two sets only."""
        return sum(one.differences for one in self.comparisons)
