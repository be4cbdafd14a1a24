"""What the gateway answers itself: health, metrics, the API document and its page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version
from typing import Literal

import msgspec
from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from starlette.responses import Response

from gateway.docs_page import add_docs_page
from gateway.merge import merge_documents
from gateway.readiness import Readiness, State
from gateway.routes import KIND, OPEN, Document
from runtime.telemetry.framework import TELLS_NOTHING
from runtime.telemetry.metrics import Metrics

NAME = "gateway"
"""The service as which the gateway itself appears in the document and the metrics."""

_OPEN = {OPEN: "public", KIND: "read"}


class Health(BaseModel):
    """This process is alive."""

    status: Literal["alive"] = "alive"


class WholeReadiness(BaseModel):
    """How the whole is, and each service by name."""

    status: Literal["ready", "degraded", "unavailable"]
    services: dict[str, State]

    model_config = {
        "json_schema_extra": {
            "example": {"status": "degraded", "services": {"plans": "ready", "reports": "unreachable"}},
        }
    }


def create_pages(
    documents: Mapping[str, Document],
    *,
    ask: Callable[[], Awaitable[Readiness]],
    metrics: Metrics,
    token_url: str,
) -> FastAPI:
    """Return the app with the gateway's own routes; `documents` are those of the services."""
    app = FastAPI(
        title="Cổng vào",
        version=version("lanhmanh"),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry=TELLS_NOTHING,
    )
    add_docs_page(app)
    _add_health(app, ask)

    @app.get("/metrics", summary="Số đo cho Prometheus", response_class=Response, openapi_extra=_OPEN)
    async def read_metrics() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/openapi.json", summary="Tài liệu API của mọi dịch vụ", response_class=Response, openapi_extra=_OPEN)
    async def read_document() -> Response:
        return Response(document, media_type="application/json")

    whole = {**documents, NAME: app.openapi()}
    document = msgspec.json.encode(
        merge_documents(whole, title="Lành Mạnh", version=app.version, token_url=token_url)
    )  # fmt: skip
    return app


def _add_health(app: FastAPI, ask: Callable[[], Awaitable[Readiness]]) -> None:
    @app.get("/healthz", summary="Cổng vào còn chạy", openapi_extra=_OPEN)
    async def read_health() -> Health:
        return Health()

    @app.get(
        "/readyz",
        summary="Từng dịch vụ đã sẵn sàng chưa",
        description="503 chỉ khi không dịch vụ nào sẵn sàng: một dịch vụ ngừng thì các dịch vụ khác vẫn còn cổng vào.",
        responses={503: {"model": WholeReadiness}},
        openapi_extra=_OPEN,
    )
    async def read_readiness(response: Response) -> WholeReadiness:
        readiness = await ask()
        if readiness.status == "unavailable":
            response.status_code = 503
        return WholeReadiness(status=readiness.status, services=readiness.services)
