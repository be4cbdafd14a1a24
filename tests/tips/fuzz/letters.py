"""What a fuzzer draws: a request out of the service's own document, and how it comes to the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from random import Random
from typing import Any, Literal

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core import NotSet
from schemathesis.core.errors import InvalidSchema
from schemathesis.core.result import Err, Result
from schemathesis.schemas import APIOperation

from tests.tips.fuzz.bodies import batch_of, damaged_json, load_of, mails

Times = Literal["once", "again", "twins"]
Access = Literal["token", "signature", "public"]
Operation = APIOperation[Any, Any, Any, Any]
Drawn = tuple[Case[Any], Sequence[bytes]]
"""A case, and the mails that are sent in it."""

_CALLERS = ("officer",) * 24 + ("second",) * 12 + ("nobody", "garbage", "expired", "no_scope")
_UNITS = ("60",) * 10 + ("VN",) * 8 + ("60.CA",) * 3 + ("593", "38", "68", "ZZ")
_TIMES: tuple[Times, ...] = ("once",) * 10 + ("again", "twins")
_SKEWS = (0,) * 12 + (240, -240, 301, -301)
_STAMPS = (None,) * 20 + ("9" * 30, "9" * 5000, "word", "²")
_MESSAGE_IDS = ("new",) * 20 + ("used", "used", "used", "long", "spaced")
_SENDERS = ("development",) * 6 + ("portal",) * 6 + ("nobody",)
_MEDIA = (None,) * 50 + (
    *(
        "text/plain",
        "application/json; charset=utf-16",
        "multipart/form-data",
        "application/x-ndjson",
        "",
        "/",
        "a/b;c",
    ),
)
_OFTEN = 2
"""How often a case is used: to draw one takes as long as to answer it."""
_PAUSES = (0,) * 16 + (1, 60, 600, 1800)
_MAILBOX, _BULK = "post_mails", "post_tips"
_RAW = ("post_hotline_tip", _MAILBOX, _BULK)
"""Operations that read their bodies by themselves."""
_WEIGHT = 3
"""How many times as often those are drawn: bodies are all that they are about."""


@dataclass(frozen=True)
class Manner:
    """How a request comes: by whom, signed how, about which of the things that are known, and how often."""

    caller: str
    unit: str
    place: int
    """Picks among what is known."""
    is_known: bool
    """Whether ids, codes and versions are known ones, or what was generated."""
    times: Times
    media: str | None
    sender: str
    skew: int
    """Seconds by which the sender's clock is off."""
    stamp: str | None
    """What a signature has in the place of its timestamp."""
    message_id: str
    is_changed: bool
    """Whether somebody changed the body after it was signed."""
    pause: int
    """Seconds since the request before."""


@dataclass(frozen=True, repr=False)
class Letter:
    """A request that is to be sent."""

    case: Case[Any]
    manner: Manner
    enclosed: Sequence[bytes]
    """The mails in it."""
    chance: int
    """Decides what becomes of its body."""

    @property
    def body(self) -> bytes | None:
        """Return what is sent in the place of the case's body: of one in six, and of what reads bodies by itself."""
        dice, body = Random(self.chance), self.case.body  # noqa: S311 - damage, not secrets
        if self.enclosed:
            return batch_of(self.enclosed, dice)
        if self.operation == _BULK:
            return load_of(body, dice)
        if isinstance(body, NotSet | bytes) or dice.randrange(6):
            return None
        return damaged_json(body, dice)

    def __repr__(self) -> str:
        # What was generated can be longer than anybody reads.
        return f"{self.operation}: {self.manner}"

    @property
    def operation(self) -> str:
        """Return the operation's id."""
        return operation_id(self.case.operation)

    @property
    def act(self) -> str:
        """Return the last word of the path, which is what an act is called."""
        return str(self.case.operation.path.rpartition("/")[2])

    @property
    def header_names(self) -> set[str]:
        """Return the names of the headers that the operation reads."""
        parameters = self.case.operation.definition.raw.get("parameters", ())
        return {one["name"] for one in parameters if one["in"] == "header"}

    @property
    def shown_body(self) -> str:
        """Return the beginning of what is sent, for whoever looks for the cause."""
        body = self.body
        return f"{self.case.body if body is None else body!r:.300}"

    @property
    def access(self) -> Access:
        """Return what lets a request in."""
        opened: Access = self.case.operation.definition.raw.get("x-lanhmanh-open", "token")
        return opened

    @property
    def is_create(self) -> bool:
        """Return whether the operation is to take effect once, however often it is asked for."""
        return bool(self.case.operation.definition.raw["x-lanhmanh-kind"] in {"create", "bulk"})


def operation_id(operation: Operation) -> str:
    """Return the id that the document gives an operation."""
    return str(operation.definition.raw["operationId"])


def a_manner(dice: Random) -> Manner:
    """Return how a request comes, by chance."""
    pick = dice.choice
    return Manner(
        caller=pick(_CALLERS),
        unit=pick(_UNITS),
        place=dice.randrange(10_000),
        is_known=dice.random() < 0.9,
        times=pick(_TIMES),
        media=pick(_MEDIA),
        sender=pick(_SENDERS),
        skew=pick(_SKEWS),
        stamp=pick(_STAMPS),
        message_id=pick(_MESSAGE_IDS),
        is_changed=dice.random() < 0.05,
        pause=pick(_PAUSES),
    )


def letters(document: Mapping[str, Any], count: int, dice: Random) -> Sequence[Letter]:
    """Return requests to all operations of an OpenAPI document, mixed: three of four as it wants them, the others not.

    All are drawn before the first is sent: what Hypothesis draws must not depend on what became of others.
    """
    schema = schemathesis.openapi.from_dict(dict(document))
    operations = [_read(found) for found in schema.get_all_operations()]
    shares = {one.label: _WEIGHT if operation_id(one) in _RAW else 1 for one in operations}
    each = -(-count // sum(shares.values()))
    drawn = [one for operation in operations for one in _drawn(operation, each * shares[operation.label], dice)]
    dice.shuffle(drawn)
    # The same case comes from another caller, about another tip, each time.
    return [Letter(case.derive(), a_manner(dice), enclosed, dice.getrandbits(64)) for case, enclosed in drawn[:count]]


def _read(found: Result[Operation, InvalidSchema]) -> Operation:
    if isinstance(found, Err):
        raise found.err()
    return found.ok()


def _drawn(operation: Operation, count: int, dice: Random) -> Sequence[Drawn]:
    """Return so many requests to one operation, each twice; of what can be asked in few ways, each more often."""
    wrong = count // 4 if _can_be_wrong(operation) else 0
    enclosed = st.lists(mails(), min_size=1, max_size=3) if operation_id(operation) == _MAILBOX else st.just([])
    found: list[Drawn] = []
    for mode, share in ((GenerationMode.NEGATIVE, wrong), (GenerationMode.POSITIVE, count - wrong)):
        some: list[Drawn] = []
        if share:
            drawn = st.tuples(operation.as_strategy(mode), enclosed)
            _draw(drawn, -(-share // _OFTEN), dice.getrandbits(64), some.append)
        found += islice(cycle(some), share)
    return found


def _draw(strategy: st.SearchStrategy[Drawn], count: int, begin: int, keep: Callable[[Drawn], None]) -> None:
    @seed(begin)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(one: Drawn) -> None:
        keep(one)

    draw()


def _can_be_wrong(operation: Operation) -> bool:
    return bool(len(operation.body) or len(operation.path_parameters) or len(operation.query))


@schemathesis.serializer("application/x-ndjson")
def _as_it_is(_context: schemathesis.SerializationContext, value: Any) -> bytes | None:
    """Let lines through that are no JSON: they are written by `load_of`."""
    return value if isinstance(value, bytes) else b""
