"""Find the service and the declaration of a route by the path templates of the services' API documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.problems import ApiDocumentsClash, MethodNotAllowed
from runtime.http.declaration import WORK
from runtime.http.refusals import RouteUnknown

Document = Mapping[str, Any]
"""An OpenAPI 3.1 document."""

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""The operations of a path item (OpenAPI 3.1, 4.8.9); its other members are not operations."""

OPEN = "x-lanhmanh-open"
"""Extension of an operation that needs no token: `public`, `signature` or `link`."""
KIND = "x-lanhmanh-kind"
"""Extension: create, edit, list, bulk or read."""
SCOPE = "x-lanhmanh-scope"
"""Extension: the scope that the service asks for."""


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of one service."""

    service: str
    method: str
    template: str
    needs_token: bool
    is_bulk: bool
    is_signed: bool = False
    """A machine that signs calls it: often, and from one address."""
    takes_work: bool = False
    """A proof of work lets in beyond the limit."""

    @property
    def only_reads(self) -> bool:
        """Say whether the request may be sent twice without harm (RFC 9110, 9.2.1)."""
        return self.method in {"GET", "HEAD"}


@dataclass(slots=True)
class _Node:
    """What may follow one segment of a path."""

    literals: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    routes: dict[str, Route] = field(default_factory=dict)

    def below(self, segment: str) -> _Node:
        """Return the node for a segment of a template, made if there is none."""
        if segment.startswith("{") and segment.endswith("}"):
            self.parameter = self.parameter or _Node()
            return self.parameter
        return self.literals.setdefault(segment, _Node())


class RouteTable:
    """All routes of all services. A literal segment wins over a parameter, from left to right."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        """Read the documents by service.

        Raises:
            ApiDocumentsClash: Two services declare the same method and path.
        """
        self._root = _Node()
        for service, document in documents.items():
            for template, method, operation in operations(document):
                self._add(
                    Route(
                        service=service,
                        method=method.upper(),
                        template=template,
                        needs_token=OPEN not in operation,
                        is_bulk=operation.get(KIND) == "bulk",
                        is_signed=operation.get(OPEN) == "signature",
                        takes_work=any(
                            one.get("in") == "header" and one.get("name") == WORK
                            for one in operation.get("parameters", ())
                        ),
                    )
                )

    def match(self, method: str, path: str) -> Route:
        """Return the route for a request. `path` is decoded.

        Raises:
            RouteUnknown: No template fits the path.
            MethodNotAllowed: Some do, but not with this method.
        """
        allowed: set[str] = set()
        for node in _fitting(self._root, path.split("/"), 0):
            if method in node.routes:
                return node.routes[method]
            allowed |= node.routes.keys()
        if allowed:
            raise MethodNotAllowed(allow=", ".join(sorted(allowed)))
        raise RouteUnknown(method=method, path=path)

    def _add(self, route: Route) -> None:
        node = self._root
        for segment in route.template.split("/"):
            node = node.below(segment)
        other = node.routes.setdefault(route.method, route)
        if other is not route:
            raise ApiDocumentsClash(
                method=route.method, path=route.template, first=other.service, second=route.service
            )  # fmt: skip


def operations(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Return (path template, method in lower case, operation) of a document, in its order."""
    for template, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield template, method, item[method]


def _fitting(node: _Node, segments: list[str], at: int) -> Iterator[_Node]:
    """Return the nodes with routes whose template fits, the most specific first."""
    if at == len(segments):
        if node.routes:
            yield node
        return
    segment = segments[at]
    if literal := node.literals.get(segment):
        yield from _fitting(literal, segments, at + 1)
    if node.parameter and segment:
        yield from _fitting(node.parameter, segments, at + 1)
