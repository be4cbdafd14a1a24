"""Write each service's OpenAPI document, and make sure that it tells a caller enough.

Usage: python -m tools.openapi [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.routes import operations
from tools.generated import ROOT, as_json, settle
from tools.unstarted import service_names, unstarted

Document = Mapping[str, Any]


def gaps(document: Document) -> Iterator[str]:
    """Yield what a caller would miss: a summary of each operation, and an example of each body that is sent."""
    for path, method, operation in operations(document):
        name = f"{method.upper()} {path}"
        if not operation.get("summary"):
            yield f"{name} has no summary"
        if operation.get("x-lanhmanh-kind") == "bulk" and "requestBody" not in operation:
            yield f"{name} takes a body that its document does not describe"
        for media in operation.get("requestBody", {}).get("content", {}).values():
            if not _has_example(media, document):
                yield f"{name} shows no example of its body"


def _has_example(media: Document, document: Document) -> bool:
    if "example" in media or media.get("examples"):
        return True
    schema = media.get("schema", {})
    name = schema.get("$ref", "").removeprefix("#/components/schemas/")
    schema = document["components"]["schemas"][name] if name else schema
    return "example" in schema or bool(schema.get("examples"))


def main(arguments: list[str]) -> int:
    """Write the documents, or check them."""
    documents = {name: unstarted(name).openapi() for name in service_names()}
    missing = [f"{name}: {gap}" for name, document in documents.items() for gap in gaps(document)]
    for gap in missing:
        print(gap, file=sys.stderr)
    folders = {name: ROOT / "services" / name / "openapi.json" for name in documents}
    code = settle({folders[name]: as_json(document) for name, document in documents.items()}, arguments)
    return 1 if missing else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
