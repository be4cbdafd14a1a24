"""How one obligation stands, as numbers of fixed width; and whether its past follows from them too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.reports.evaluation.columns import MOST_DELAY, MOST_WAIT, Flag, flags_of
from services.reports.evaluation.history import LONG_AGO, NEVER, Fact, FactKind, fold

_WHOLE = [FactKind.OPENED, FactKind.SUBMITTED, FactKind.ACCEPTED]
_OPENED, _RECEIVED = Flag.EXISTS.value, Flag.EXISTS.value | Flag.LIVE.value
_PLAIN = (_WHOLE[:1], _WHOLE[:2], _WHOLE)


@dataclass(frozen=True, slots=True)
class Flat:
    """How an obligation stands once all recorded facts have occurred. Instants are microseconds UTC."""

    due: int
    """NEVER if undated."""
    first_receipt_at: int
    """NEVER if nothing came."""
    first_recorded_at: int
    """When the first receipt was written down; NEVER if nothing came."""
    accepted_at: int
    """When the accepted version was accepted first; NEVER if none is."""
    correction_due_at: int
    """LONG_AGO if nothing was returned."""
    flags: int
    """Bits of `Flag`, REQUESTED aside."""


def flatten(facts: Sequence[Fact]) -> Flat:
    """Return how an obligation stands, by all that is recorded of it, in any order."""
    written = sorted(facts, key=lambda fact: (fact.revision, fact.ordinal))
    return _plain(*written) if _is_plain(written) else _told(written)


def _is_plain(written: Sequence[Fact]) -> bool:
    """Tell whether all that is recorded of an obligation follows from how it stands, and from its opening.

    It was opened; then perhaps one version was received, no earlier, and written down at once; then perhaps this was
    accepted, at the instant at which that was written down. Nothing else, and nothing that took longer than columns
    have room for.
    """
    if [fact.kind for fact in written] not in _PLAIN:
        return False
    opened, *came = written
    if not came:
        return True
    receipt, *judged = came
    return (
        receipt.version == 1
        and receipt.occurred_at >= opened.occurred_at
        and 0 <= receipt.recorded_at - receipt.occurred_at <= MOST_DELAY
        and all(
            acceptance.version == 1
            and acceptance.occurred_at == acceptance.recorded_at
            and 0 <= acceptance.occurred_at - receipt.occurred_at <= MOST_WAIT
            for acceptance in judged
        )
    )


def _plain(opened: Fact, receipt: Fact | None = None, acceptance: Fact | None = None) -> Flat:
    # What the fold says of nearly all, without folding: a property test compares them.
    return Flat(
        due=NEVER if opened.due_at is None else opened.due_at,
        first_receipt_at=receipt.occurred_at if receipt else NEVER,
        first_recorded_at=receipt.recorded_at if receipt else NEVER,
        accepted_at=acceptance.occurred_at if acceptance else NEVER,
        correction_due_at=LONG_AGO,
        flags=_RECEIVED if receipt else _OPENED,
    )


def _told(facts: Sequence[Fact]) -> Flat:
    standing = fold(facts, NEVER, NEVER)
    receipts = [fact for fact in facts if fact.kind is FactKind.SUBMITTED]
    first = min(receipts, key=lambda fact: (fact.occurred_at, fact.revision, fact.ordinal), default=None)
    accepted = [
        fact.occurred_at
        for fact in facts
        if fact.kind is FactKind.ACCEPTED and fact.version == standing.accepted_version
    ]
    return Flat(
        due=NEVER if standing.due_at is None else standing.due_at,
        first_receipt_at=first.occurred_at if first else NEVER,
        first_recorded_at=first.recorded_at if first else NEVER,
        accepted_at=min(accepted, default=NEVER),
        correction_due_at=LONG_AGO if standing.correction_due_at is None else standing.correction_due_at,
        flags=int(flags_of(standing)) | Flag.TOLD.value,
    )
