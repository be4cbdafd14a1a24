"""Register routes. A route without scope, unit rule and kind does not come into being."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Coroutine
from typing import Any, get_type_hints

from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from runtime.http.call import OpenCall
from runtime.http.declaration import Access, Declaration, Kind, UnitRule
from runtime.http.doors import (
    CALL_OF,
    CALL_WITHOUT_TOKEN,
    HEADERS,
    Bulks,
    Creates,
    Edits,
    Lists,
    Open,
    OpenCreates,
    Reads,
    SignedCreates,
)
from runtime.http.problem_document import MEDIA_TYPE, ProblemDocument

__all__ = ["Bulks", "Creates", "Edits", "Lists", "Open", "OpenCreates", "Reads", "Routes", "SignedCreates"]

Endpoint = Callable[..., Coroutine[Any, Any, Any]]

_SCOPE = re.compile(r"[a-z]+:[a-z]+")
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "Refused: the caller can mend it.", "content": _PROBLEM},
    "5XX": {"description": "Our fault: send again.", "content": _PROBLEM},
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

    def public_create(self, path: str, **more: Any) -> Callable[[Endpoint], Endpoint]:
        """Register a POST that creates, for everybody; answers 201. Its idempotency key is a random UUID."""
        more = {"status_code": 201} | more
        return self._route("POST", path, Kind.CREATE, "", UnitRule.ANY, more, Access.PUBLIC)

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
            headers = {"parameters": shown} if (shown := HEADERS.get((access, kind))) else {}
            extra = declaration.extensions() | headers | more.pop("openapi_extra", {})
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
    without_token = CALL_WITHOUT_TOKEN.get((declaration.access, declaration.kind))
    wanted = without_token or CALL_OF[declaration.kind]
    if hints.get("call") is not wanted:
        raise RouteUndeclared(f"{declaration.name} is a {declaration.kind} route: its `call` is a {wanted.__name__}")
