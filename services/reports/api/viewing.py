"""From where a caller looks at a board, what of it, and in which form it is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from fastapi import Depends, Query
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from kernel.clock import legal_day
from kernel.ids import UnitId
from runtime.http.call import Call
from runtime.http.following import link_to_next
from runtime.http.instants import StrictInstant
from runtime.http.pages import LARGEST_PAGE, key_of
from runtime.http.refusals import CursorInvalid
from runtime.http.tables import Form, form_of, table_response
from services.reports.api.sheets import unit_on, unit_today
from services.reports.board import Answer, Board, Question
from services.reports.board.territory import TreeOf

S = TypeVar("S", bound=msgspec.Struct)

AsOf = Annotated[
    StrictInstant | None,
    Query(
        description="The instant asked about, past or future; the present if absent.", examples=["2025-06-14T17:00:00Z"]
    ),
]
KnownAt = Annotated[StrictInstant | None, Query(description="Leave out what was recorded later.")]
UnitParam = Annotated[str | None, Query(description="Code of the unit at the top; the plan's issuer, or your own.")]
Tree = Annotated[TreeOf, Query(description="Count what successors send at the old unit's place, or at their own.")]


@dataclass(frozen=True, slots=True)
class View:
    """From where a caller looks at a board."""

    board: Board
    unit: str | None
    as_of: datetime | None
    known_at: datetime | None
    tree: TreeOf


async def _view(
    request: Request, unit: UnitParam = None, as_of: AsOf = None, known_at: KnownAt = None, tree: Tree = "then"
) -> View:
    return View(request.app.state.service.board, unit, as_of, known_at, tree)


Views = Annotated[View, Depends(_view)]


@dataclass(frozen=True, slots=True)
class Portion:
    """Which page of a list a caller asks for."""

    limit: int
    cursor: str | None


async def _portion(
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="How many items a page has at most.")] = 100,
    cursor: Annotated[
        str | None,
        Query(description="`next_cursor` of the page before, with the same filters. It pins `as_of` and `known_at`."),
    ] = None,
) -> Portion:
    return Portion(limit, cursor)


Portions = Annotated[Portion, Depends(_portion)]


def pinned(view: View, cursor: str | None, *kinds: type) -> tuple[View, tuple[Any, ...] | None]:
    """Return from where a page looks, and the sort key of the last item before it, whose parts are of these kinds.

    The first page looks from the present, unless the caller names another instant; all others from where the first one
    looked. So the list is the same for all, whatever happens meanwhile.

    Raises:
        CursorInvalid: It was not made for such a list.
    """
    key = key_of(cursor, datetime, datetime, *kinds)
    if key is None:
        return view, None
    try:
        as_of, known_at = (_INSTANT.validate_python(instant) for instant in key[:2])
    except ValidationError:
        raise CursorInvalid from None
    return replace(view, as_of=as_of, known_at=known_at), key[2:]


_INSTANT: TypeAdapter[datetime] = TypeAdapter(StrictInstant)


async def top_of(call: Call, view: View, plan: str | None) -> UnitId:
    """Return the unit at the top of the answer, if the caller may look there.

    Raises:
        UnitUnknown, PlanUnknown: There is no such unit or plan.
        UnitNotInForce: The caller's own unit does not exist.
        UnitOutside: The caller stands neither at or above it, nor receives reports under the plan.
    """
    if plan is None:
        named = call.actor.unit() if view.unit is None else _unit_then(call, view.unit, view.as_of)
        call.actor.must_act_for(named)
        return named
    versions = await view.board.versions_of(plan, call.look)
    found, days = versions[-1], (one.effective_on for one in versions)
    top = UnitId(found.issuer_id) if view.unit is None else unit_on(call, days, view.unit)
    receivers = {UnitId(one) for rule in found.rules for one in rule.receiver_ids}
    if not any(call.actor.can_act_for(receiver) for receiver in receivers):
        call.actor.must_act_for(top)
    return top


def _unit_then(call: Call, code: str, as_of: datetime | None) -> UnitId:
    """Return the unit that had a code on the day asked about, as the board shows it, or else has it today."""
    found = call.reference.tree.find(code, legal_day(as_of or call.arrived_at))
    return unit_today(call, code) if found is None else found.id


@dataclass(frozen=True, slots=True)
class AsTable(Generic[S]):
    """How an answer of a shape is written as a table."""

    name: str
    """Of the file, without its ending."""
    shape: type[S]
    columns: Sequence[str]
    rows: Callable[[S], Iterable[Sequence[object]]]
    is_paged: bool = False


class _Paged(msgspec.Struct):
    """The one part of an answer that its headers repeat."""

    next_cursor: str | None = None


async def answered(call: Call, board: Board, question: Question, table: AsTable[Any]) -> Response:
    """Answer a question in the form that the caller asks for."""
    answer, form = await board.ask(question, call.look), form_of(call.request.headers.get("accept"))
    if form is Form.JSON:
        return respond(call, answer, table.is_paged)
    # Another form is other bytes.
    etag = f'{answer.etag[:-1]}.{form.name.lower()}"'
    if _has(etag, call):
        return _unchanged(etag)
    rows = table.rows(msgspec.json.decode(answer.body, type=table.shape))
    response = await table_response(form, table.columns, rows, table.name)
    response.headers.update(_headers(etag) | (_link(call, answer) if table.is_paged else {}))
    return response


def respond(call: Call, answer: Answer, is_paged: bool = False) -> Response:
    """Answer with what the board said."""
    if _has(answer.etag, call):
        return _unchanged(answer.etag)
    headers = _headers(answer.etag) | (_link(call, answer) if is_paged else {})
    return Response(answer.body, headers=headers, media_type=Form.JSON)


def _link(call: Call, answer: Answer) -> dict[str, str]:
    return link_to_next(call, msgspec.json.decode(answer.body, type=_Paged).next_cursor)


def _headers(etag: str) -> dict[str, str]:
    return {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Accept, Accept-Language"}


def _unchanged(etag: str) -> Response:
    return Response(status_code=304, headers=_headers(etag))


def _has(etag: str, call: Call) -> bool:
    """Tell whether the caller has these bytes: weak and strong tags compare alike (RFC 9110, 13.1.2)."""
    sent = call.request.headers.get("if-none-match", "")
    return bool({etag, "*"} & {tag.strip().removeprefix("W/") for tag in sent.split(",")})
