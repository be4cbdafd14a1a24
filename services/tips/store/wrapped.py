"""Where the keys are that the service's own keys wrap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from runtime.rewrap import WrappedKeys
from services.tips.store.tips import ContentRow, InformantRow

Context = Callable[[UUID], str]


def wrapped_keys(content: Context, informant: Context) -> Sequence[WrappedKeys]:
    """Return the columns of wrapped keys. Notes, messages and reasons are sealed with the content's."""
    tables = ((ContentRow.__table__, content), (InformantRow.__table__, informant))  # type: ignore[attr-defined]
    return [WrappedKeys(table, table.c.tip_id, table.c.key, context) for table, context in tables]
