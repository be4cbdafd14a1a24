"""Statements are compiled once in a worker, whichever test's engine runs them.

SQLAlchemy keeps what it compiled with each engine, under the dialect's object, and every test opens engines of its
own: a fifth of its time went by with compiling the same statements again. So dialects of one kind are equal here. They
may be, as all engines of a run are opened with the same options of the dialect, on servers of one version.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.util import LRUCache

_COMPILED: LRUCache[Any, Any] = LRUCache(5000)


class _EqualInKind:
    """What makes a dialect share what was compiled."""

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_COMPILED)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


class _Postgres(_EqualInKind, PGDialect_asyncpg):
    supports_statement_cache = True


class _Sqlite(_EqualInKind, SQLiteDialect_aiosqlite):
    supports_statement_cache = True


def compile_once() -> None:
    """Have every engine that is made from now on share what it compiles."""
    registry.register("postgresql.asyncpg", __name__, _Postgres.__name__)
    registry.register("sqlite.aiosqlite", __name__, _Sqlite.__name__)
