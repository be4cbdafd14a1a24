"""What the gateway answers itself."""

from __future__ import annotations

import asyncio
import re

import pytest
from fastapi import FastAPI, Response
from fastapi.openapi.models import OpenAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.remote import RemoteUpstream
from tests.gateway.door import Door, a_document, a_settings, echo_service

ANONYMOUS = {"authorization": ""}


def service_that_is(status: int) -> FastAPI:
    app = FastAPI()

    @app.get("/readyz")
    async def read_readiness() -> Response:
        return Response(status_code=status)

    return app


async def hanging(scope: Scope, _receive: Receive, _send: Send) -> None:
    if scope["type"] == "http":
        await asyncio.Event().wait()


def a_door(**upstreams: ASGIApp) -> Door:
    documents = {name: a_document(f"GET /v1/{name}/{{id}}", scope=f"{name}:read") for name in upstreams}
    return Door(upstreams, documents, a_settings(readiness_patience_seconds=0.05, anonymous_rate="1/hour"))


@pytest.mark.asyncio
async def test_gateway_is_alive_without_any_service() -> None:
    async with a_door(plans=hanging).open() as client:
        answers = [await client.get("/healthz", headers=ANONYMOUS) for _ in range(3)]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"status": "alive"})] * 3


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("upstreams", "status", "document"),
    [
        (
            {"plans": service_that_is(200), "reports": service_that_is(200)},
            200,
            {"status": "ready", "services": {"plans": "ready", "reports": "ready"}},
        ),
        (
            {"plans": service_that_is(200), "reports": service_that_is(503), "tips": hanging},
            200,
            {"status": "degraded", "services": {"plans": "ready", "reports": "not_ready", "tips": "unreachable"}},
        ),
        (
            {"plans": service_that_is(503), "reports": RemoteUpstream("http://127.0.0.1:9", watch_after=0.0)},
            503,
            {"status": "unavailable", "services": {"plans": "not_ready", "reports": "unreachable"}},
        ),
    ],
    ids=["ready", "degraded", "unavailable"],
)
async def test_readiness_names_each_service(
    upstreams: dict[str, ASGIApp], status: int, document: dict[str, object]
) -> None:
    async with a_door(**upstreams).open() as client:
        answer = await client.get("/readyz", headers=ANONYMOUS)

    assert (answer.status_code, answer.json()) == (status, document)


@pytest.mark.asyncio
async def test_document_of_the_whole_has_all_routes_of_services_and_gateway() -> None:
    async with a_door(plans=echo_service("plans"), reports=echo_service("reports")).open() as client:
        document = (await client.get("/openapi.json", headers=ANONYMOUS)).json()

    OpenAPI.model_validate(document)
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        *("/v1/plans/{id}", "/v1/reports/{id}"),
        *("/healthz", "/readyz", "/metrics", "/openapi.json"),
    }
    assert document["paths"]["/readyz"]["get"]["tags"] == ["gateway"]
    assert document["paths"]["/v1/plans/{id}"]["get"]["security"] == [{"oauth2": ["plans:read"]}]


@pytest.mark.asyncio
async def test_docs_page_and_all_it_loads_come_from_the_gateway() -> None:
    async with a_door(plans=echo_service("plans")).open() as client:
        page = await client.get("/docs", headers=ANONYMOUS)
        links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assets = {link: await client.get("/" + link, headers=ANONYMOUS) for link in links}

    assert page.headers["content-type"].startswith("text/html")
    assert "://" not in page.text
    assert len(links) == 4
    assert {asset.status_code for asset in assets.values()} == {200}
    start = assets["docs/start.js"].text
    assert "://" not in start
    assert "validatorUrl: null" in start
    assert 'url: "openapi.json"' in start
    assert "SwaggerUIBundle" in assets["docs/swagger-ui-bundle.js"].text[:2_000_000]
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "http" not in policy
    assert "script-src" not in policy  # no script but files of this origin


@pytest.mark.asyncio
async def test_metrics_count_requests_by_service_template_and_status() -> None:
    door = a_door(plans=echo_service("plans"))
    async with door.open() as client:
        for number in range(3):
            await client.get(f"/v1/plans/{number}")
        await client.get("/v1/plans/7", headers=ANONYMOUS)
        await client.request("INVENTED-7", "/nowhere/secret-7")
        metrics = (await client.get("/metrics", headers=ANONYMOUS)).text

    route = 'method="GET",route="/v1/plans/{id}",service="plans"'
    assert f'lanhmanh_requests_total{{{route},status="200"}} 3.0' in metrics
    assert f'lanhmanh_requests_total{{{route},status="401"}} 1.0' in metrics
    assert (
        'lanhmanh_requests_total{method="none",route="none",service="gateway",status="404"} 1.0' in metrics
    )  # fmt: skip
    assert 'lanhmanh_request_seconds_count{route="/v1/plans/{id}",service="plans"} 4.0' in metrics
    assert "secret-7" not in metrics
    assert "INVENTED-7" not in metrics


@pytest.mark.asyncio
async def test_each_gateway_has_metrics_of_its_own() -> None:
    async with a_door(plans=echo_service("plans")).open() as first:
        await first.get("/v1/plans/7")
        async with a_door(plans=echo_service("plans")).open() as second:
            metrics = (await second.get("/metrics")).text

    assert "/v1/plans/{id}" not in metrics
