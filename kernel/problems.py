"""Name what can go wrong: every error is a fact with a stable code, in Vietnamese and English.

There are two families. A `Refusal` is the caller's fault: it says what, where and how to mend it.
A `Fault` is ours: the caller can only try again.
"""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple

Language = Literal["vi", "en"]


class Words(NamedTuple):
    """What a problem says in one language. `detail` and `mend` are format strings over the problem's facts."""

    title: str
    detail: str
    mend: str = ""


class Spot(NamedTuple):
    """One place in the input that is wrong, and what is wrong there."""

    pointer: str
    """JSON pointer into the body (`/rules/0/due/day`), or `query/NAME`, `header/NAME`, `line/N`."""
    code: str
    """Stable, snake_case, as that of a problem."""
    vi: str
    en: str

    def say(self, language: Language) -> str:
        """Return what is wrong in a language."""
        return self.vi if language == "vi" else self.en


class Problem(Exception):
    """A named error. Subclasses declare `code`, `status` and their words."""

    code: ClassVar[str]
    """Stable, snake_case: the last part of the problem's type URI."""
    status: ClassVar[int]
    """HTTP status (RFC 9110) with which the problem is answered."""
    vi: ClassVar[Words]
    en: ClassVar[Words]

    def __init__(self, *, spots: tuple[Spot, ...] = (), **facts: object) -> None:
        self.facts = facts
        self.spots = spots
        super().__init__(f"{self.code}: {self.en.detail.format_map(facts)}")

    def say(self, language: Language) -> Words:
        """Return title, detail and remedy in a language, with the facts filled in."""
        words = self.vi if language == "vi" else self.en
        return Words(words.title, words.detail.format_map(self.facts), words.mend.format_map(self.facts))


class Refusal(Problem):
    """The caller's fault: repeating the same request gives the same answer."""

    status = 400


class Fault(Problem):
    """Our fault: the request may be sent again unchanged."""

    status = 500
