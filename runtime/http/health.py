"""Say whether a service lives and can work, and what it measured: for operations, not through the gateway."""

from __future__ import annotations

from time import monotonic
from typing import Any

from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from kernel.problems import Fault
from runtime.auth.refusals import KeysUnavailable
from runtime.comparison import Reconciliation
from runtime.database.migrate import check_schema
from runtime.dead_letter import count_waiting
from runtime.reconciliation.runs import newest_run
from runtime.service import Service
from runtime.telemetry.log import get_logger
from runtime.webhooks.delivery import count_open

HEALTH_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})


def add_health(app: FastAPI, service: Service) -> None:
    """Add `/healthz`, `/readyz` and `/metrics`."""

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        found = await readiness(service)
        return JSONResponse(found, status_code=200 if found["ready"] else 503)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        await _measure(service)
        return Response(generate_latest(service.metrics.registry), media_type=CONTENT_TYPE_LATEST)


async def readiness(service: Service) -> dict[str, Any]:
    """Return whether the service can work, and what each part says: `ok`, or the kind of its failure.

    A bus that is away is told, but makes nothing unready: the outbox keeps what is written until it is back.
    """
    parts = {"database": "ok", "schema": "ok", "keys": "ok"}
    try:
        await check_schema(service.database, service.migrations)
    except Fault:
        parts["schema"] = "unknown"
    except (SQLAlchemyError, OSError) as error:
        parts["database"] = type(error).__name__
    try:
        await service.verifier.ensure_keys()
    except KeysUnavailable:
        parts["keys"] = "unavailable"
    ready = all(state == "ok" for state in parts.values())
    return {"ready": ready, "parts": {**parts, "bus": _on_bus(service)}}


def _on_bus(service: Service) -> str:
    """Say whether this replica reads its topics, or leaves them to another one."""
    if all(consumer.subscribed.is_set() for consumer in service.consumers):
        return "ok"
    return "away" if service.consumes.is_set() else "standby"


async def _measure(service: Service) -> None:
    metrics, name = service.metrics, service.name
    metrics.topic_differences.labels(name).set(service.bus.differences())
    if service.rewrapper is not None:
        metrics.keys.clear()
        for key in service.rewrapper.keys.known():
            metrics.keys.labels(name, key.use.value, key.stage.value, key.id).set(1)
    try:
        async with service.database.read() as read:
            metrics.revision.labels(name).set((await read.newest()).number)
            metrics.dead_waiting.labels(name).set(await count_waiting(read.connection))
            run = await newest_run(read)
            if service.subscribable is not None:
                waiting, dead = await count_open(read)
                metrics.webhooks_waiting.labels(name).set(waiting)
                metrics.webhooks_dead.labels(name).set(dead)
            await service.measure(read)
        if run is not None:
            found = Reconciliation.model_validate(run["found"])
            metrics.differences.labels(name).set(found.differences)
            metrics.reconciliation_age.labels(name).set((service.clock.now() - run["finished_at"]).total_seconds())
        if service.consumers:
            metrics.consuming.labels(name).set(service.consumes.is_set())
        for consumer in service.consumers:
            lag = await consumer.lag()
            metrics.lag.labels(name, consumer.name, consumer.topic).set(lag)
            age = monotonic() - consumer.progressed_at if lag else 0.0
            metrics.progress_age.labels(name, consumer.name, consumer.topic).set(age)
    except (SQLAlchemyError, OSError) as error:
        # The other metrics are wanted most when something is down.
        get_logger(name).warning("not measured", error=type(error).__name__)
