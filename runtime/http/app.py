"""Make a service's application: every convention in place before its first route."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kernel.problems import Problem
from runtime.bus import Publisher
from runtime.database.migrate import check_schema
from runtime.http.dead_letters import dead_letter_routes
from runtime.http.declaration import Declaration
from runtime.http.health import HEALTH_PATHS, add_health
from runtime.http.key_routes import key_routes
from runtime.http.observe import Observed
from runtime.http.problem_document import ProblemDocument, answer_problem
from runtime.http.reconciliations import reconciliation_routes
from runtime.http.refusals import InputInvalid, MethodUnknown, RouteUnknown
from runtime.http.routes import DeclaredRoute, Routes, RouteUndeclared
from runtime.http.spots import spots_of
from runtime.http.subscriptions import subscription_routes
from runtime.reconciliation.runs import Reconciler
from runtime.relay import Relay
from runtime.service import Service
from runtime.singletons import run_alone
from runtime.telemetry.framework import TELLS_NOTHING
from runtime.webhooks.courier import Courier


def create_app(
    service: Service,
    rooms: Sequence[Routes],
    *,
    title: str,
    description: str,
    schemas: Mapping[str, Any] | None = None,
) -> FastAPI:
    """Return a service's application. It opens the database and starts relay and consumers in its lifespan.

    `schemas` are those of answers that are encoded without FastAPI, to be added to the OpenAPI document.
    """
    app = FastAPI(
        title=title,
        description=description,
        version="1",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        telemetry=TELLS_NOTHING,
    )
    app.state.service = service
    rooms = [*rooms, reconciliation_routes(service.name)]
    if service.consumers:
        rooms.append(dead_letter_routes(service.name))
    if service.rewrapper is not None:
        rooms.append(key_routes(service.name))
    if service.subscribable is not None:
        rooms.append(subscription_routes(service.name))
    # Side by side: of an included router every request asks twice which of its routes is meant.
    app.router.routes.extend(route for routes in rooms for route in routes.router.routes)
    _answer_problems(app)
    add_health(app, service)
    app.add_middleware(Observed, service=service)
    _make_sure_all_are_declared(app)
    _describe_what_fastapi_does_not_see(app, rooms, schemas or {})
    return app


def _describe_what_fastapi_does_not_see(app: FastAPI, rooms: Sequence[Routes], schemas: Mapping[str, Any]) -> None:
    """Add the schemas of encoded answers, problems and bulk lines to the OpenAPI document, when it is asked for."""
    without = app.openapi
    template = "#/components/schemas/{model}"

    def complete() -> dict[str, Any]:
        if app.openapi_schema is None:
            read: list[tuple[type[BaseModel], JsonSchemaMode]]
            read = [(line, "validation") for routes in rooms for line in routes.shapes_read]
            _, found = models_json_schema([*read, (ProblemDocument, "serialization")], ref_template=template)
            known = without().setdefault("components", {}).setdefault("schemas", {})
            known.update({**found.get("$defs", {}), **known, **schemas})
        return without()

    app.openapi = complete  # type: ignore[method-assign] # FastAPI's documented way to extend the document


def declarations(app: FastAPI) -> list[Declaration]:
    """Return the rows that an application adds to the matrix in `docs/api.md`."""
    return [route.declaration for route in app.routes if isinstance(route, DeclaredRoute)]


def _make_sure_all_are_declared(app: FastAPI) -> None:
    for route in app.routes:
        # Of what is not in the OpenAPI document, only operations' own routes (health, metrics) need no declaration.
        if isinstance(route, APIRoute) and not hasattr(route, "declaration") and route.path not in HEALTH_PATHS:
            raise RouteUndeclared(f"{route.path} was added past `Routes`: it declares no scope, unit rule or kind")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    await service.database.open()
    try:
        await check_schema(service.database, service.migrations)
        await asyncio.to_thread(service.make_ready)
        publisher = service.bus.publisher()
        tasks = [asyncio.create_task(run_alone(service.database, _jobs_alone(service, publisher)))]
        if service.consumers:
            # A lock of their own: brokers that take nothing may still give, and the other way round.
            consume = [consumer.run for consumer in service.consumers]
            together = run_alone(service.database, consume, lock="consumers", held=service.consumes)
            tasks.append(asyncio.create_task(together))
        try:
            yield
        finally:
            await _stop(tasks)
            await asyncio.to_thread(service.put_away)
            if publisher is not None:
                await publisher.close()
    finally:
        await service.database.close()


def _jobs_alone(service: Service, publisher: Publisher | None) -> Sequence[Callable[[], Awaitable[None]]]:
    """Return what only one of all replicas does, beside consuming."""
    jobs = [Reconciler(service).run, *(watch.run for watch in service.watches)]
    if service.rewrapper is not None:
        jobs.append(service.rewrapper.run)
    if publisher is not None:
        jobs.append(Relay(service.database, publisher, service.metrics).run)
    if service.subscribable is not None:
        jobs.append(
            Courier(
                service.database,
                service.reference,
                service.subscribable,
                service_secret=service.digest_secret,
                metrics=service.metrics,
            ).run
        )
    return jobs


async def _stop(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _answer_problems(app: FastAPI) -> None:
    """Answer what is refused, and count it. What nobody foresaw is answered by `Observed`, around the application."""

    def answer(request: Request, problem: Problem) -> Response:
        service: Service = request.app.state.service
        service.metrics.refused.labels(service.name, problem.code).inc()
        return answer_problem(request, problem)

    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> Response:
        return answer(request, problem)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        spots = spots_of(error.errors())
        return answer(request, InputInvalid(spots=spots, count=len(spots)))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        match error.status_code:
            case 404:
                return answer(request, RouteUnknown(method=request.method, path=request.url.path))
            case 405:
                allowed = (error.headers or {}).get("Allow", "")
                return answer(request, MethodUnknown(method=request.method, path=request.url.path, allow=allowed))
        return answer(request, InputInvalid(count=1))
