from collections.abc import Iterator
from copy import deepcopy
from typing import Annotated, Any

from fastapi import Body, FastAPI
from fastapi.openapi.models import OpenAPI
from pydantic import BaseModel, Field

from gateway.merge import merge_documents
from gateway.routes import operations
from tests.gateway.door import Document


class Unit(BaseModel):
    code: str


class Plan(BaseModel):
    slug: str
    issuer: Unit


def plans_service() -> FastAPI:
    app = FastAPI(title="Kế hoạch")

    class Page(BaseModel):
        items: list[Plan]

    @app.get("/v1/plans", tags=["anything"], openapi_extra={"x-lanhmanh-scope": "plans:read"})
    async def read_all() -> Page:
        return Page(items=[])

    @app.post("/v1/plans", openapi_extra={"x-lanhmanh-scope": ["plans:write", "plans:read"]})
    async def issue(
        plan: Annotated[Plan, Body(openapi_examples={"one": {"value": {"slug": "binh-thuan-2025"}}})],
    ) -> Plan:
        return plan

    return app


def reports_service() -> FastAPI:
    app = FastAPI(title="Báo cáo")

    class Report(BaseModel):
        unit: Unit

    class Page(BaseModel):
        items: list[Report]
        next_cursor: str | None = None

    class PagedPages(BaseModel):
        pages: dict[str, Page]

    @app.get("/v1/reports", openapi_extra={"x-lanhmanh-scope": "reports:read"})
    async def read_all() -> Page:
        return Page(items=[])

    @app.get("/v1/pages", openapi_extra={"x-lanhmanh-open": "public"})
    async def read_pages() -> PagedPages:
        return PagedPages(pages={})

    @app.post("/v1/hotline", openapi_extra={"x-lanhmanh-open": "signature"})
    async def post_tip() -> None: ...

    return app


def merged(**documents: Document) -> dict[str, Any]:
    found = documents or {"plans": plans_service().openapi(), "reports": reports_service().openapi()}
    return merge_documents(found, title="Lành Mạnh", version="1", token_url="/token")


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def resolves(document: dict[str, Any], reference: str) -> bool:
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        if part not in node:
            return False
        node = node[part]
    return True


def test_merged_document_is_openapi_and_every_reference_leads_somewhere() -> None:
    document = merged()

    OpenAPI.model_validate(document)
    found = list(references(document))
    assert len(found) > 8
    assert [reference for reference in found if not resolves(document, reference)] == []


def test_operation_ids_are_unique() -> None:
    service = {"get": {"operationId": "read_all", "responses": {}}}
    document = merged(
        plans={"paths": {"/v1/plans": service}}, reports={"paths": {"/v1/reports": deepcopy(service)}}
    )  # fmt: skip

    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert ids == ["plans.read_all", "reports.read_all"]


def test_component_is_prefixed_only_where_services_mean_different_things() -> None:
    schemas = merged()["components"]["schemas"]

    assert {"Unit", "Plan", "Report", "plans.Page", "reports.Page"} <= schemas.keys()
    assert "Page" not in schemas
    assert schemas["PagedPages"]["properties"]["pages"]["additionalProperties"] == {
        "$ref": "#/components/schemas/reports.Page"
    }


def test_component_that_is_equal_in_text_but_refers_to_different_things_is_prefixed_too() -> None:
    def service(kind: str) -> Document:
        return {
            "paths": {},
            "components": {
                "schemas": {
                    "Outer": {"properties": {"inner": {"$ref": "#/components/schemas/Inner"}}},
                    "Inner": {"type": kind},
                    "Outermost": {
                        "discriminator": {"propertyName": "kind", "mapping": {"a": "#/components/schemas/Outer"}}
                    },
                }
            },
        }

    schemas = merged(plans=service("string"), reports=service("integer"))["components"]["schemas"]

    assert schemas["reports.Outer"]["properties"]["inner"]["$ref"] == "#/components/schemas/reports.Inner"
    assert schemas["plans.Outermost"]["discriminator"]["mapping"] == {"a": "#/components/schemas/plans.Outer"}
    assert len(schemas) == 6


def test_operations_are_tagged_by_service_and_keep_their_examples() -> None:
    document = merged()

    assert document["tags"] == [
        {"name": "plans", "description": "Kế hoạch"},
        {"name": "reports", "description": "Báo cáo"},
    ]
    assert document["paths"]["/v1/plans"]["get"]["tags"] == ["plans"]
    content = document["paths"]["/v1/plans"]["post"]["requestBody"]["content"]["application/json"]
    assert content["examples"]["one"]["value"] == {"slug": "binh-thuan-2025"}


def test_document_says_who_may_call_each_operation() -> None:
    document = merged()
    paths = document["paths"]

    assert paths["/v1/plans"]["get"]["security"] == [{"oauth2": ["plans:read"]}]
    assert paths["/v1/plans"]["post"]["security"] == [{"oauth2": ["plans:write", "plans:read"]}]
    assert paths["/v1/pages"]["get"]["security"] == []
    assert paths["/v1/hotline"]["post"]["security"] == [{"signature": []}]
    flow = document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == "/token"
    assert list(flow["scopes"]) == ["plans:read", "plans:write", "reports:read"]


def test_documents_of_the_services_stay_as_they_were() -> None:
    document = reports_service().openapi()
    before = deepcopy(document)

    merged(plans=plans_service().openapi(), reports=document)

    assert document == before


def test_two_services_may_share_a_path_with_different_methods() -> None:
    document = merged(
        plans={"paths": {"/v1/units": {"get": {"responses": {}}}}},
        reports={"paths": {"/v1/units": {"post": {"responses": {}}}}},
    )

    assert set(document["paths"]["/v1/units"]) == {"get", "post"}


class Figure(BaseModel):
    """Has fields that are called like words of OpenAPI itself."""

    example: Unit = Field(description="a unit")
    mapping: Unit


def test_fields_may_be_called_like_words_of_openapi() -> None:
    def service(unit: Document) -> Document:
        figure = Figure.model_json_schema(ref_template="#/components/schemas/{model}")
        return {"paths": {}, "components": {"schemas": {"Figure": figure, "Unit": unit}}}

    schemas = merged(plans=service({"type": "object"}), reports=service({"type": "string"}))["components"]["schemas"]

    properties = schemas["plans.Figure"]["properties"]
    assert properties["example"]["$ref"] == properties["mapping"]["$ref"] == "#/components/schemas/plans.Unit"
