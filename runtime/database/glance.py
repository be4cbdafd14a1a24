"""Ask PostgreSQL for the one row of a statement that sees one snapshot by itself, without a transaction around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Executable, TypeDecorator

from runtime.database.connect import Settings
from runtime.database.driver import QUICK, DriverConnection, Row, compiled


class Glances:
    """One connection for statements that read little."""

    def __init__(self, settings: Settings) -> None:
        self._connection = DriverConnection(settings, {**QUICK, "default_transaction_read_only": "on"})
        self.close = self._connection.close

    async def row(self, statement: Executable, given: Mapping[str, Any]) -> Row:
        """Return the one row of a statement, its values as the driver gives them.

        Raises:
            DBAPIError: The database fails, or refuses the statement.
            TypeError: A value is kept otherwise than the driver knows it.
        """
        kept = _kept(statement)
        values = {**kept.values, **given}
        found = await self._connection.row(kept.text, [values[name] for name in kept.order])
        assert found is not None  # noqa: S101 - a glance is a statement that always finds a row
        return found


class _Kept(NamedTuple):
    """A statement that was made ready."""

    text: str
    order: Sequence[str]
    """Names of its values."""
    values: Mapping[str, Any]
    """Those that it has by itself."""


@lru_cache(maxsize=64)
def _kept(statement: Executable) -> _Kept:
    found = compiled(statement)
    types = [*(one.type for one in found.binds.values()), *(one.type for one in _columns_of(statement))]
    if any(isinstance(one, TypeDecorator) for one in types):
        raise TypeError("a glance takes and gives values as the driver knows them")
    own = {name: bind.effective_value for name, bind in found.binds.items() if not bind.required}
    return _Kept(found.string, found.positiontup or (), own)


def _columns_of(statement: Any) -> Any:
    return getattr(statement, "exported_columns", None) or ()
