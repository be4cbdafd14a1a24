"""Register routes. A route without scope, unit rule and kind does not come into being."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, get_type_hints
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query
from fastapi import Path as PathParameter
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from runtime.http.bulk import BulkCall
from runtime.http.call import Call, CreateCall, EditCall, ListCall, OpenCall, SignedCall
from runtime.http.declaration import Access, Declaration, Kind, UnitRule
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
            call: OpenCall = request.state.call
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
        "look": await service.reference.look(),
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


async def _open_base(request: Request, response: Response) -> dict[str, Any]:
    """Prepare a call without a token."""
    service: Service = request.app.state.service
    return {
        "request": request,
        "response": response,
        "service": service,
        "language": language_of(request.headers.get("accept-language")),
        "declaration": request.state.declaration,
        "look": await service.reference.look(),
    }


Parts = Annotated[dict[str, Any], Depends(_base)]
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", description="Chosen by you; the same on retry.")]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="ETag of the version that you read.")]


WebhookId = Annotated[str | None, Header(alias="webhook-id", description="Chosen by you; the same on retry.")]
WebhookTimestamp = Annotated[str | None, Header(alias="webhook-timestamp", description="Seconds since 1970, now.")]
WebhookSignature = Annotated[str | None, Header(alias="webhook-signature", description="`v1,` and the signature.")]


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


async def _public(parts: Annotated[dict[str, Any], Depends(_open_base)]) -> OpenCall:
    return _noted(OpenCall(**parts))  # type: ignore[no-any-return]


async def _signed(
    parts: Annotated[dict[str, Any], Depends(_open_base)],
    sender: Annotated[str, PathParameter(description="The sender's name, as it was given its secret under.")],
    message_id: WebhookId = None,  # noqa: ARG001 - described here, read with the signature
    timestamp: WebhookTimestamp = None,  # noqa: ARG001
    signature: WebhookSignature = None,  # noqa: ARG001
) -> SignedCall:
    request, service, body = parts["request"], parts["service"], await parts["request"].body()
    signed = service.senders.verify(sender, request.headers, body, service.clock.now())
    if not _KEY.fullmatch(signed.id):
        raise KeyInvalid
    digest = digest_of(service.digest_secret, request.method, request.url.path, body)
    sent = Sent(f"webhook:{signed.sender.name}", signed.id, digest)
    return _noted(SignedCall(**parts, sender=signed.sender, sent=sent, body=body))  # type: ignore[no-any-return]


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
Open = Annotated[OpenCall, Depends(_public)]
SignedCreates = Annotated[SignedCall, Depends(_signed)]

_CALL_OF = {Kind.READ: Call, Kind.CREATE: CreateCall, Kind.EDIT: EditCall, Kind.LIST: ListCall, Kind.BULK: BulkCall}
_CALL_THROUGH = {Access.PUBLIC: OpenCall, Access.SIGNATURE: SignedCall}
"""Of routes without a token."""


class Routes:
    """The routes of one room of a service."""

    def __init__(self, service: str, tag: str) -> None:
        self.router = APIRouter(route_class=DeclaredRoute, tags=[tag], responses=_ANSWERS)
        self.shapes_read: list[type[BaseModel]] = []
        """The shapes of bodies that routes read by themselves, which FastAPI does not see."""
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
        extra = self._described_body("application/x-ndjson", line)
        return self._route("POST", path, Kind.BULK, scope, units, more | {"openapi_extra": extra})

    def signed(self, path: str, *, body: type[BaseModel], **more: Any) -> Callable[[Endpoint], Endpoint]:
        """Register a POST that creates and is signed by a sender, whom `{sender}` in the path names; answers 201.

        `body` is the shape that is asked for. The route gets the bytes, and decides what becomes of others.
        """
        more |= {"status_code": 201, "openapi_extra": self._described_body("application/json", body)}
        return self._route("POST", path, Kind.CREATE, "", UnitRule.ANY, more, Access.SIGNATURE)

    def public(self, path: str, **more: Any) -> Callable[[Endpoint], Endpoint]:
        """Register a GET for everybody."""
        return self._route("GET", path, Kind.READ, "", UnitRule.ANY, more, Access.PUBLIC)

    def _described_body(self, media_type: str, shape: type[BaseModel]) -> dict[str, Any]:
        """Return what the OpenAPI document says of a body that the route reads by itself."""
        self.shapes_read.append(shape)
        body = {"schema": {"$ref": f"#/components/schemas/{shape.__name__}"}} | _example_of(shape)
        return {"requestBody": {"required": True, "content": {media_type: body}}}

    def _route(
        self,
        method: str,
        path: str,
        kind: Kind,
        scope: str,
        units: UnitRule,
        more: dict[str, Any],
        access: Access = Access.TOKEN,
    ) -> Callable[[Endpoint], Endpoint]:
        if access is Access.TOKEN and not _SCOPE.fullmatch(scope):
            raise RouteUndeclared(f"{method} {path} declares no scope such as `{self._service}:read`")

        def register(endpoint: Endpoint) -> Endpoint:
            declaration = Declaration(self._service, endpoint.__name__, method, path, scope, units, kind, access)
            _make_sure_of_call(endpoint, declaration)
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


def _make_sure_of_call(endpoint: Endpoint, declaration: Declaration) -> None:
    hints = get_type_hints(inspect.unwrap(endpoint))
    wanted = _CALL_THROUGH.get(declaration.access, _CALL_OF[declaration.kind])
    if hints.get("call") is not wanted:
        raise RouteUndeclared(f"{declaration.name} is a {declaration.kind} route: its `call` is a {wanted.__name__}")
