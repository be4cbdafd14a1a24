"""Ask PostgreSQL for the one row of a statement that sees one snapshot by itself, without a transaction around it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, TypeDecorator
from sqlalchemy.sql.compiler import SQLCompiler

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
        values = kept.construct_params(dict(given))
        found = await self._connection.row(kept.string, [values[name] for name in kept.positiontup or ()])
        assert found is not None  # noqa: S101 - a glance is a statement that always finds a row
        return found


@lru_cache(maxsize=64)
def _kept(statement: Executable) -> SQLCompiler:
    found = compiled(statement)
    types = [*(one.type for one in found.binds.values()), *(one.type for one in _columns_of(statement))]
    if any(isinstance(one, TypeDecorator) for one in types):
        raise TypeError("a glance takes and gives values as the driver knows them")
    return found


def _columns_of(statement: Any) -> Any:
    return getattr(statement, "exported_columns", None) or ()
