"""FastAPI's own telemetry stays silent, whatever the process around it sets up."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry import _logs, metrics, trace

from gateway.pages import create_pages
from gateway.readiness import Readiness
from kernel.clock import SetClock
from runtime.auth.issuer import open_issuer
from runtime.auth.issuer_app import create_issuer_app
from runtime.telemetry.metrics import Metrics
from tests.rig import Tokens, a_client
from tests.runtime.http.conftest import on_sqlite_only
from tests.runtime.lighthouse.service import a_service, an_app

pytestmark = pytest.mark.asyncio


class Providers:
    """Of traces, measurements and logs. Note who asks for what they would give."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> object:
        def ask(*_given: object, **_more: object) -> object:
            self.asked.append(name)
            return self

        return ask

    def __enter__(self) -> Providers:
        return self

    def __exit__(self, *_raised: object) -> None: ...


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> Providers:
    """All that a process can set, and the variable with which FastAPI adds exporters by itself."""
    found = Providers()
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: found)
    monkeypatch.setattr(metrics, "get_meter_provider", lambda: found)
    monkeypatch.setattr(_logs, "get_logger_provider", lambda: found)
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    return found


@on_sqlite_only
async def test_a_service_tells_no_provider_of_a_request_or_of_what_is_wrong_in_it(
    url: str, clock: SetClock, tokens: Tokens, providers: Providers
) -> None:
    async with a_client(an_app(a_service(url, clock=clock, verifier=tokens.verifier()))) as client:
        caller = tokens.bearer("lighthouse:light", "lighthouse:read", unit="15187")
        answer = await client.post("/v1/lamps", json={"place": 7}, headers={**caller, "Idempotency-Key": "one"})
        assert answer.status_code == 422
    assert providers.asked == []


async def test_the_issuer_and_the_gateway_tell_nothing_either(
    tmp_path: Path, clock: SetClock, providers: Providers
) -> None:
    issuer = open_issuer(tmp_path, url="http://issuer", env="development", clock=clock)
    await _ask(create_issuer_app(issuer), "/.well-known/openid-configuration")
    await _ask(create_pages({}, ask=_nobody, metrics=Metrics("gateway"), token_url="http://issuer"), "/metrics")
    assert providers.asked == []


async def test_an_application_of_fastapi_as_it_comes_would_tell(providers: Providers) -> None:
    await _ask(FastAPI(), "/anything")
    assert providers.asked


async def _nobody() -> Readiness:
    return Readiness("ready", {})


async def _ask(app: FastAPI, path: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        await client.get(path)
