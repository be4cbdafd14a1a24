"""A document that leaves a caller guessing is refused."""

from __future__ import annotations

from typing import Any

from tools.openapi import gaps


def a_document(operation: dict[str, Any], schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"paths": {"/v1/harbours": {"post": operation}}, "components": {"schemas": {"Harbour": schema or {}}}}


def a_body(**media: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Harbour"}} | media}}


def test_operation_with_summary_and_example_has_no_gap() -> None:
    document = a_document({"summary": "Open", "requestBody": a_body(examples={"one": {"value": {}}})})

    assert list(gaps(document)) == []


def test_example_may_stand_in_the_schema_of_the_body() -> None:
    document = a_document({"summary": "Open", "requestBody": a_body()}, {"examples": [{"name": "Cảng cá"}]})

    assert list(gaps(document)) == []


def test_operation_without_summary_is_named() -> None:
    assert list(gaps(a_document({}))) == ["POST /v1/harbours has no summary"]


def test_body_without_example_is_named() -> None:
    document = a_document({"summary": "Open", "requestBody": a_body()})

    assert list(gaps(document)) == ["POST /v1/harbours shows no example of its body"]


def test_bulk_route_whose_lines_are_not_described_is_named() -> None:
    document = a_document({"summary": "Open many", "x-lanhmanh-kind": "bulk"})

    assert list(gaps(document)) == ["POST /v1/harbours takes a body that its document does not describe"]
