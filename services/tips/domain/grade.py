"""How an officer marks a tip. No rule reads a mark."""

from __future__ import annotations

from enum import StrEnum


class Grade(StrEnum):
    """An officer's mark. Values are sent and stored: never change one."""

    SPAM = "spam"
    OFF_SUBJECT = "off_subject"
    NONE = "none"
    """A mark is taken back."""
