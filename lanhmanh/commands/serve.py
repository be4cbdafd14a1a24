"""`lanhmanh serve`: one part of the product as a process of its own."""

from __future__ import annotations

import json
import os
from enum import StrEnum
from importlib.resources import files
from typing import Annotated, Any

import typer
import uvicorn
from pydantic import Field
from starlette.types import ASGIApp

from gateway.app import create_gateway
from gateway.remote import RemoteUpstream
from gateway.settings import GatewaySettings
from kernel.clock import Clock, SystemClock
from lanhmanh import services
from lanhmanh.folder import folder
from runtime.auth.issuer import open_issuer
from runtime.auth.issuer_app import create_issuer_app
from runtime.config import ServiceConfig
from runtime.garbage import set_apart
from runtime.surroundings import SettingMissing, verifier_of
from runtime.telemetry import log


class Part(StrEnum):
    """What can run as a process of its own."""

    PLANS = "plans"
    TIPS = "tips"
    REFERRALS = "referrals"
    REPORTS = "reports"
    GATEWAY = "gateway"
    ISSUER = "issuer"


PORTS = {Part.GATEWAY: 8000, **{Part(name.value): port for name, port in services.PORTS.items()}, Part.ISSUER: 8009}


class GatewayConfig(ServiceConfig):
    """The gateway's settings: where the services are, and whose tokens it takes."""

    upstreams: dict[str, str | list[str]] = Field(default_factory=dict)
    """Base URL of each service by its name, or a list of those of its replicas, as a JSON object."""


def serve(
    part: Annotated[Part, typer.Argument(help="Dịch vụ, cổng vào, hoặc hệ thống cấp mã thử nghiệm.")],
    host: Annotated[str, typer.Option(help="Địa chỉ để lắng nghe.")] = "127.0.0.1",
    at_port: Annotated[int | None, typer.Option("--port", help="Cổng; mặc định 8000–8009 tùy phần.")] = None,
) -> None:
    """Chạy một phần của hệ thống thành tiến trình riêng, cấu hình bằng biến môi trường."""
    log.configure()
    listen = at_port or PORTS[part]
    application = _application(part, listen)
    set_apart()
    uvicorn.run(
        application,
        host=host,
        port=listen,
        log_config=None,
        access_log=False,
        server_header=False,
        # Behind the gateway nobody needs to know who calls.
        forwarded_allow_ips=GatewaySettings().trusted_proxies if part is Part.GATEWAY else "",
    )


def _application(part: Part, listen: int) -> ASGIApp:
    clock = SystemClock()
    if part is Part.GATEWAY:
        return _gateway(clock)
    if part is Part.ISSUER:
        env = os.environ.get("LANHMANH_ENV", "")
        url = os.environ.get("LANHMANH_ISSUER") or f"http://127.0.0.1:{listen}"
        return create_issuer_app(open_issuer(folder().keys, url=url, env=env, clock=clock))
    parts = services.parts_of(services.Name(part.value))
    return parts.create(parts.from_environment(clock))


def _gateway(clock: Clock) -> ASGIApp:
    config = GatewayConfig()
    if not config.upstreams:
        raise SettingMissing(name="LANHMANH_UPSTREAMS")
    # The routes are those of this release: the gateway and the services are rolled out together.
    documents = {name: _document(name) for name in config.upstreams}
    upstreams = {
        name: RemoteUpstream(*([urls] if isinstance(urls, str) else urls)) for name, urls in config.upstreams.items()
    }
    return create_gateway(
        upstreams, documents, verifier=verifier_of(config, clock), settings=GatewaySettings(), clock=clock
    )


def _document(name: str) -> dict[str, Any]:
    """Return the OpenAPI document that was committed with a service."""
    document: dict[str, Any] = json.loads(
        (files("services") / services.Name(name).value / "openapi.json").read_text("utf-8")
    )
    return document
