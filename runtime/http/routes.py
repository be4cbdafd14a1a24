"""Register routes. A route without scope, unit rule and kind does not come into being."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, get_type_hints
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from runtime.http.bulk import BulkCall
from runtime.http.call import Call, CreateCall, EditCall, ListCall
from runtime.http.declaration import Declaration, Kind, UnitRule
from runtime.http.pages import LARGEST_PAGE
from runtime.http.problem_document import language_of
from runtime.http.refusals import InputInvalid, KeyInvalid, KeyMissing, MatchMissing
from runtime.http.request_once import Sent, digest_of
from runtime.http.spots import spots_of
from runtime.service import Service

Endpoint = Callable[..., Coroutine[Any, Any, Any]]

_SCOPE = re.compile(r"[a-z]+:[a-z]+")
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_NUL = re.compile(rb"(?<!\\)(\\\\)*\\u0000")
"""A NUL in JSON: `\\u0000` behind an even number of backslashes."""
_LARGEST_REVISION = 2**63 - 1
_AFTER = "Follow changes: what has a newer revision."
_ANSWERS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "Refused: the caller can mend it.", "content": {"application/problem+json": {}}},
    "5XX": {"description": "Our fault: send again.", "content": {"application/problem+json": {}}},
}


class RouteUndeclared(Exception):
    """A route breaks a rule of registration."""


class DeclaredRoute(APIRoute):
    """A route that checks, when it has answered, that it kept its conventions."""

    declaration: Declaration

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def kept(request: Request) -> Response:
            request.state.declaration = self.declaration
            response = await inner(request)
            call: Call = request.state.call
            call.make_sure_of_convention()
            return response

        return kept


async def _base(request: Request, response: Response) -> dict[str, Any]:
    """Authenticate and authorise: the parts of every call."""
    service: Service = request.app.state.service
    declaration: Declaration = request.state.declaration
    principal = await service.verifier.authenticate(request.headers.get("authorization"))
    principal.require(declaration.scope)
    await _refuse_nul(request)
    return {
        "request": request,
        "response": response,
        "service": service,
        "principal": principal,
        "language": language_of(request.headers.get("accept-language")),
        "declaration": declaration,
        "reference": await service.reference.view(),
    }


async def _refuse_nul(request: Request) -> None:
    """Make sure that no text holds a NUL: SQLite would keep it, and PostgreSQL cannot.

    Raises:
        InputInvalid: One does.
    """
    parameters = {"query": request.query_params, "path": request.path_params}
    places: list[tuple[str, ...]] = [
        (kind, name) for kind, given in parameters.items() for name, value in given.items() if "\0" in value
    ]
    if _NUL.search(await request.body()):
        places.append(("body",))
    if places:
        spots = spots_of([{"loc": place, "type": "nul_character"} for place in places])
        raise InputInvalid(spots=spots, count=len(spots))


Parts = Annotated[dict[str, Any], Depends(_base)]
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", description="Chosen by you; the same on retry.")]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="ETag of the version that you read.")]


def _noted(call: Any) -> Any:
    call.request.state.call = call
    return call


async def _read(parts: Parts) -> Call:
    return _noted(Call(**parts))  # type: ignore[no-any-return]


async def _create(parts: Parts, key: IdempotencyKey = None) -> CreateCall:
    return _noted(CreateCall(**parts, sent=await _sent(parts, key)))  # type: ignore[no-any-return]


async def _edit(parts: Parts, if_match: IfMatch = None) -> EditCall:
    if not if_match:
        raise MatchMissing
    return _noted(EditCall(**parts, if_match=if_match))  # type: ignore[no-any-return]


async def _list(
    parts: Parts,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 100,
    cursor: str | None = None,
    after: Annotated[int | None, Query(ge=0, le=_LARGEST_REVISION, description=_AFTER)] = None,
    epoch: Annotated[UUID | None, Query(description="The epoch of the answer that `after` comes from.")] = None,
) -> ListCall:
    return _noted(ListCall(**parts, limit=limit, cursor=cursor, after=after, epoch=epoch))  # type: ignore[no-any-return]


async def _bulk(
    parts: Parts,
    key: IdempotencyKey = None,
    dry_run: Annotated[bool, Query(description="Check every line and change nothing.")] = False,
    mode: Annotated[str, Query(pattern="^(all|each)$", description="All lines or none, or each for itself.")] = "all",
) -> BulkCall:
    sent = await _sent(parts, key, suffix=f"?dry_run={dry_run}&mode={mode}")
    return _noted(BulkCall(**parts, sent=sent, dry_run=dry_run, each=mode == "each"))  # type: ignore[no-any-return]


async def _sent(parts: dict[str, Any], key: str | None, suffix: str = "") -> Sent:
    if key is None:
        raise KeyMissing
    if not _KEY.fullmatch(key):
        raise KeyInvalid
    request: Request = parts["request"]
    secret = parts["service"].digest_secret
    digest = digest_of(secret, request.method, request.url.path + suffix, await request.body())
    return Sent(parts["principal"].client_id, key, digest)


Reads = Annotated[Call, Depends(_read)]
Creates = Annotated[CreateCall, Depends(_create)]
Edits = Annotated[EditCall, Depends(_edit)]
Lists = Annotated[ListCall, Depends(_list)]
Bulks = Annotated[BulkCall, Depends(_bulk)]

_CALL_OF = {Kind.READ: Call, Kind.CREATE: CreateCall, Kind.EDIT: EditCall, Kind.LIST: ListCall, Kind.BULK: BulkCall}


class Routes:
    """The routes of one room of a service."""

    def __init__(self, service: str, tag: str) -> None:
        self.router = APIRouter(route_class=DeclaredRoute, tags=[tag], responses=_ANSWERS)
        self.lines: list[type[BaseModel]] = []
        """The shapes of lines of bulk loads, which FastAPI does not see."""
        self._service = service

    def create(self, path: str, *, scope: str, units: UnitRule, **more: Any) -> Callable[[Endpoint], Endpoint]:
        """Register a POST that creates; answers 201."""
        return self._route("POST", path, Kind.CREATE, scope, units, {"status_code": 201} | more)

    def edit(
        self, method: str, path: str, *, scope: str, units: UnitRule, **more: Any
    ) -> Callable[[Endpoint], Endpoint]:
        """Register a change of something that exists."""
        return self._route(method, path, Kind.EDIT, scope, units, more)

    def list(self, path: str, *, scope: str, units: UnitRule, **more: Any) -> Callable[[Endpoint], Endpoint]:
        """Register a GET of many."""
        return self._route("GET", path, Kind.LIST, scope, units, more)

    def read(self, path: str, *, scope: str, units: UnitRule, **more: Any) -> Callable[[Endpoint], Endpoint]:
        """Register a GET of one thing."""
        return self._route("GET", path, Kind.READ, scope, units, more)

    def bulk(
        self, path: str, *, scope: str, units: UnitRule, line: type[BaseModel], **more: Any
    ) -> Callable[[Endpoint], Endpoint]:
        """Register a POST of many lines of NDJSON. `line` is the shape of each; its first example is shown."""
        self.lines.append(line)
        body = {"schema": {"$ref": f"#/components/schemas/{line.__name__}"}} | _example_of(line)
        extra = {"requestBody": {"required": True, "content": {"application/x-ndjson": body}}}
        return self._route("POST", path, Kind.BULK, scope, units, more | {"openapi_extra": extra})

    def _route(
        self, method: str, path: str, kind: Kind, scope: str, units: UnitRule, more: dict[str, Any]
    ) -> Callable[[Endpoint], Endpoint]:
        if not _SCOPE.fullmatch(scope):
            raise RouteUndeclared(f"{method} {path} declares no scope such as `{self._service}:read`")

        def register(endpoint: Endpoint) -> Endpoint:
            declaration = Declaration(self._service, endpoint.__name__, method, path, scope, units, kind)
            _make_sure_of_call(endpoint, kind, declaration)
            extra = declaration.extensions() | more.pop("openapi_extra", {})
            self.router.add_api_route(
                path, endpoint, methods=[method], operation_id=endpoint.__name__, openapi_extra=extra, **more
            )
            route = self.router.routes[-1]
            assert isinstance(route, DeclaredRoute)  # noqa: S101 - the router makes no others
            route.declaration = declaration
            return endpoint

        return register


def _example_of(line: type[BaseModel]) -> dict[str, Any]:
    """Return the first example of a line as it is sent, if it has one."""
    examples = line.model_json_schema().get("examples", [])
    return {"example": json.dumps(examples[0], ensure_ascii=False)} if examples else {}


def _make_sure_of_call(endpoint: Endpoint, kind: Kind, declaration: Declaration) -> None:
    hints = get_type_hints(inspect.unwrap(endpoint))
    if hints.get("call") is not _CALL_OF[kind]:
        raise RouteUndeclared(f"{declaration.name} is a {kind} route: its `call` is a {_CALL_OF[kind].__name__}")
