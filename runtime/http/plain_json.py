"""Fields that nobody foresaw, as callers send them: JSON that can be written down again just as it came."""

from __future__ import annotations

from math import isfinite

LEVELS = 64
"""How deep lists and objects may lie in one another: readers and writers give up at depths of their own."""


def is_plain_json(value: object, levels: int = LEVELS) -> bool:
    r"""Tell whether a value that was read from JSON is the same when it is written and read again.

    Half a pair of surrogates is no text, and JSON has no infinity: `1e999` is read as one.

    >>> [is_plain_json(one) for one in ({"a": [1, None, "ê"]}, float("inf"), ["\ud800"], {"\ud800": 1})]
    [True, False, False, False]
    """
    match value:
        case str():
            return value.isascii() or not any("\ud800" <= one <= "\udfff" for one in value)
        case float():
            return isfinite(value)
        case list():
            return levels > 0 and all(is_plain_json(one, levels - 1) for one in value)
        case dict():
            return levels > 0 and all(is_plain_json(k) and is_plain_json(one, levels - 1) for k, one in value.items())
    return True
