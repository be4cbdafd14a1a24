from __future__ import annotations

import asyncio

import pytest
from fastapi import Request, Response
from starlette.middleware.base import RequestResponseEndpoint

from gateway.problems import ApiDocumentsClash, MethodNotAllowed
from gateway.routes import RouteTable
from runtime.http.refusals import RouteUnknown
from tests.gateway.door import Door, a_document, echo_service


@pytest.fixture
def table() -> RouteTable:
    return RouteTable(
        {
            "plans": a_document(
                "GET /v1/plans",
                "POST /v1/plans",
                "GET /v1/plans/{id}",
                "POST /v1/plans/import",
                "PUT /v1/plans/{id}/end",
            ),
            "reports": a_document("GET /v1/plans/{plan}/reports", "GET /v1/{anything}/late", "POST /v1/reports"),
        }
    )


@pytest.mark.parametrize(
    ("method", "path", "service", "template"),
    [
        ("GET", "/v1/plans", "plans", "/v1/plans"),
        ("GET", "/v1/plans/binh-thuan-2025", "plans", "/v1/plans/{id}"),
        ("POST", "/v1/plans/import", "plans", "/v1/plans/import"),
        ("GET", "/v1/plans/import", "plans", "/v1/plans/{id}"),
        ("GET", "/v1/plans/binh-thuan-2025/reports", "reports", "/v1/plans/{plan}/reports"),
        ("GET", "/v1/plans/late", "plans", "/v1/plans/{id}"),
        ("GET", "/v1/reports/late", "reports", "/v1/{anything}/late"),
    ],
)
def test_most_specific_template_that_has_the_method_wins(
    table: RouteTable, method: str, path: str, service: str, template: str
) -> None:
    route = table.match(method, path)

    assert (route.service, route.template, route.method) == (service, template, method)


@pytest.mark.parametrize("path", ["/", "", "/v1", "/v1/plans/", "/v1//reports", "/v1/plans/a/b/c", "/V1/plans"])
def test_path_without_template_is_unknown(table: RouteTable, path: str) -> None:
    with pytest.raises(RouteUnknown):
        table.match("GET", path)


def test_wrong_method_is_told_the_right_ones(table: RouteTable) -> None:
    with pytest.raises(MethodNotAllowed) as refused:
        table.match("DELETE", "/v1/plans/import")

    assert refused.value.facts["allow"] == "GET, POST"


def test_two_services_cannot_declare_the_same_route() -> None:
    with pytest.raises(ApiDocumentsClash) as clash:
        RouteTable({"plans": a_document("GET /v1/units/{id}"), "reports": a_document("GET /v1/units/{code}")})

    assert clash.value.facts["first"] == "plans"


def test_service_cannot_declare_a_route_of_the_gateway() -> None:
    with pytest.raises(ApiDocumentsClash):
        Door({"plans": echo_service("plans")}, {"plans": a_document("GET /readyz")})


@pytest.mark.asyncio
async def test_each_service_gets_its_own_requests_unchanged() -> None:
    door = Door(
        {"plans": echo_service("plans"), "reports": echo_service("reports")},
        {"plans": a_document("GET /v1/plans/{id}"), "reports": a_document("POST /v1/reports")},
    )
    async with door.open() as client:
        read = (await client.get("/v1/plans/b%C3%ACnh-thu%E1%BA%ADn?at=2025-06-14T17%3A00%3A00Z")).json()
        sent = (await client.post("/v1/reports", content="số liệu")).json()

    assert (read["service"], read["path"]) == ("plans", "/v1/plans/bình-thuận")
    assert read["query"] == "at=2025-06-14T17%3A00%3A00Z"
    assert (sent["service"], sent["body"]) == ("reports", "số liệu")


@pytest.mark.asyncio
async def test_unknown_path_and_wrong_method_are_problems_in_the_callers_language() -> None:
    door = Door({"plans": echo_service("plans")}, {"plans": a_document("GET /v1/plans")})
    async with door.open() as client:
        unknown = await client.get("/v1/plan", headers={"accept-language": "en"})
        wrong = await client.delete("/v1/plans")
        own = await client.post("/healthz")

    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:lanhmanh:problem:route_unknown")
    assert unknown.headers["content-type"] == "application/problem+json"
    assert unknown.json()["title"] == "No such route"
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET")
    assert wrong.json()["title"] == "Phương thức không được phép"
    assert (own.status_code, own.headers["allow"]) == (405, "GET")


@pytest.mark.asyncio
async def test_answers_carry_security_headers_unless_the_service_chose_its_own() -> None:
    service = echo_service("plans")

    @service.middleware("http")
    async def cache_for_an_hour(request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers["cache-control"] = "private, max-age=3600"
        return response

    door = Door({"plans": service}, {"plans": a_document("GET /v1/plans")})
    async with door.open() as client:
        answer = await client.get("/v1/plans")
        secure = await client.get("https://door.example/v1/other")

    assert answer.headers.get_list("cache-control") == ["private, max-age=3600"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "strict-transport-security" not in answer.headers
    assert secure.headers["strict-transport-security"].startswith("max-age=")
    assert secure.headers["cache-control"] == "no-store"


@pytest.mark.asyncio
async def test_websockets_are_turned_away() -> None:
    sent = []
    door = Door({}, {})

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: object) -> None:
        sent.append(message)

    await door.app({"type": "websocket", "path": "/v1/plans", "headers": []}, receive, send)

    assert sent == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.asyncio
async def test_requests_at_once_get_each_its_own_answer() -> None:
    door = Door({"plans": echo_service("plans")}, {"plans": a_document("GET /v1/plans/{id}")})
    async with door.open() as client:
        answers = await asyncio.gather(
            *(client.get(f"/v1/plans/{n}", headers={"x-request-id": f"r-{n}"}) for n in range(50))
        )

    assert [answer.json()["path"] for answer in answers] == [f"/v1/plans/{n}" for n in range(50)]
    assert [answer.headers["x-request-id"] for answer in answers] == [f"r-{n}" for n in range(50)]
