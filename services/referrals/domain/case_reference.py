"""A support case's neutral reference: safe to carry, to say aloud and to lose."""

from __future__ import annotations

import secrets

_SIGNS = "23456789" + "BCDFGHJKM" + "NPQRSTVWXZ"
"""Without signs that are taken for each other (0 O, 1 I L), and without vowels, so that none spells a word."""


def new_reference() -> str:
    """Return a random reference such as `HS-7Q3F-9KZ2`: HS for “hồ sơ”, no unit, no day and no kind of help in it."""
    first, second = ("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(2))
    return f"HS-{first}-{second}"
