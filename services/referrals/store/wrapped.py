"""Where the keys are that the service's own keys wrap."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.rewrap import WrappedKeys
from services.referrals.domain.sealing import case_key
from services.referrals.store.cases import CaseRow


def wrapped_keys() -> Sequence[WrappedKeys]:
    """Return the column of the keys of cases: all that is sealed of a case is sealed with its key."""
    table = CaseRow.__table__  # type: ignore[attr-defined]
    return [WrappedKeys(table, table.c.id, table.c.wrapped_key, case_key)]
