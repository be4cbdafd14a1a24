"""Make one OpenAPI document of those of all services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from gateway.routes import OPEN, SCOPE, Document, operations

_POINTER = "#/components/"

_Component = tuple[str, str]
"""Section and name: `("schemas", "Unit")`."""


def merge_documents(
    documents: Mapping[str, Document], *, title: str, version: str, token_url: str
) -> dict[str, Any]:  # fmt: skip
    """Return one OpenAPI 3.1 document with the operations of all services, tagged by service.

    A component keeps its name while all services that use the name mean the same by it;
    else each is called `<service>.<name>`. Examples, extensions and descriptions stay as they are.
    """
    clashing = _clashing_components(documents)
    doubled = _doubled_operation_ids(documents)
    merged: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "tags": [],
        "paths": {},
        "components": {},
    }
    for service, document in documents.items():
        own = _rename(dict(document), partial(_name, service, clashing))
        _declare_callers(own)
        for _, _, operation in operations(own):
            operation["tags"] = [service]
            if operation.get("operationId") in doubled:
                operation["operationId"] = f"{service}.{operation['operationId']}"
        merged["tags"].append({"name": service, "description": own.get("info", {}).get("title", service)})
        for template, item in own.get("paths", {}).items():
            merged["paths"].setdefault(template, {}).update(item)
        for section, name, content in _components(own):
            merged["components"].setdefault(section, {})[_name(service, clashing, (section, name))] = content
    merged["components"]["securitySchemes"] = _security_schemes(merged, token_url)
    return merged


def _declare_callers(document: dict[str, Any]) -> None:
    """Say of each operation who may call it, in OpenAPI's own words, from the extensions that routes register."""
    for _, _, operation in operations(document):
        match operation.get(OPEN):
            case None:
                operation["security"] = [{"oauth2": _scopes(operation)}]
            case "signature":
                operation["security"] = [{"signature": []}]
            case _:
                operation["security"] = []


def _security_schemes(merged: Document, token_url: str) -> dict[str, Any]:
    scopes = sorted({scope for _, _, operation in operations(merged) for scope in _scopes(operation)})
    flow = {"tokenUrl": token_url, "scopes": {scope: f"Quyền {scope}" for scope in scopes}}
    return {
        "oauth2": {"type": "oauth2", "flows": {"clientCredentials": flow}},
        "signature": {
            "type": "apiKey",
            "in": "header",
            "name": "webhook-signature",
            "description": "Standard Webhooks: cùng với `webhook-id` và `webhook-timestamp`.",
        },
    }


def _scopes(operation: Document) -> list[str]:
    declared = operation.get(SCOPE) or []
    return [declared] if isinstance(declared, str) else list(declared)


def _components(document: Document) -> Iterator[tuple[str, str, Any]]:
    for section, content in document.get("components", {}).items():
        if section != "securitySchemes":
            for name, component in content.items():
                yield section, name, component


def _clashing_components(documents: Mapping[str, Document]) -> set[_Component]:
    """Return the components that services understand differently, directly or through what they refer to."""
    meanings: dict[_Component, list[Any]] = defaultdict(list)
    for document in documents.values():
        for section, name, component in _components(document):
            meanings[section, name].append(component)
    clashing = {part for part, contents in meanings.items() if any(other != contents[0] for other in contents)}
    while True:
        # Equal in text, yet it refers to something that is called differently in each service.
        tainted = {
            part
            for part, contents in meanings.items()
            if part not in clashing and len(contents) > 1 and not clashing.isdisjoint(_references(contents[0]))
        }
        if not tainted:
            return clashing
        clashing |= tainted


def _doubled_operation_ids(documents: Mapping[str, Document]) -> set[str]:
    seen: dict[str, int] = defaultdict(int)
    for document in documents.values():
        for _, _, operation in operations(document):
            seen[operation.get("operationId", "")] += 1
    return {name for name, count in seen.items() if name and count > 1}


def _name(service: str, clashing: set[_Component], part: _Component) -> str:
    return f"{service}.{part[1]}" if part in clashing else part[1]


def _references(node: Any) -> set[_Component]:
    found: set[_Component] = set()

    def note(part: _Component) -> str:
        found.add(part)
        return part[1]

    _rename(node, note)
    return found


def _rename(node: Any, name_of: Callable[[_Component], str]) -> Any:
    """Copy a node; each reference in it (also as a discriminator's mapping) gets the name that `name_of` says."""
    match node:
        case dict():
            return {key: _rename(value, name_of) for key, value in node.items()}
        case list():
            return [_rename(item, name_of) for item in node]
        case str() if node.startswith(_POINTER):
            section, _, rest = node.removeprefix(_POINTER).partition("/")
            name, slash, deeper = rest.partition("/")
            return f"{_POINTER}{section}/{name_of((section, name))}{slash}{deeper}"
    return node
