"""Make a service's application: every convention in place before its first route."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kernel.problems import Problem
from runtime.database.migrate import check_schema
from runtime.http.bulk import spots_of
from runtime.http.declaration import Declaration
from runtime.http.health import add_health
from runtime.http.observe import Observed
from runtime.http.problem_document import language_of, problem_response
from runtime.http.refusals import InputInvalid, RouteUnknown, Unforeseen
from runtime.http.routes import DeclaredRoute, Routes, RouteUndeclared
from runtime.relay import Relay
from runtime.service import Service
from runtime.telemetry.log import get_logger


def create_app(service: Service, rooms: Sequence[Routes], *, title: str, description: str) -> FastAPI:
    """Return a service's application. It opens the database and starts relay and consumers in its lifespan."""
    app = FastAPI(title=title, description=description, version="1", lifespan=_lifespan, docs_url=None, redoc_url=None)
    app.state.service = service
    for routes in rooms:
        app.include_router(routes.router)
    _answer_problems(app)
    add_health(app, service)
    app.add_middleware(Observed, service=service)
    _make_sure_all_are_declared(app)
    return app


def declarations(app: FastAPI) -> list[Declaration]:
    """Return the rows that an application adds to the matrix in `docs/api.md`."""
    return [route.declaration for route in app.routes if isinstance(route, DeclaredRoute)]


def _make_sure_all_are_declared(app: FastAPI) -> None:
    for route in app.routes:
        if isinstance(route, APIRoute) and route.include_in_schema and not isinstance(route, DeclaredRoute):
            raise RouteUndeclared(f"{route.path} was added past `Routes`: it declares no scope, unit rule or kind")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    await service.database.open()
    try:
        await check_schema(service.database, service.migrations)
        tasks = [asyncio.create_task(consumer.run()) for consumer in service.consumers]
        publisher = service.bus.publisher()
        if publisher is not None:
            tasks.append(asyncio.create_task(Relay(service.database, publisher, service.metrics).run()))
        try:
            yield
        finally:
            await _stop(tasks)
            for consumer in service.consumers:
                await consumer.close()
            if publisher is not None:
                await publisher.close()
    finally:
        await service.database.close()


async def _stop(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _answer_problems(app: FastAPI) -> None:
    log = get_logger(app.state.service.name)

    def answer(request: Request, problem: Problem) -> Response:
        language = language_of(request.headers.get("accept-language"))
        return problem_response(problem, language, request.scope.get("request_id"))

    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> Response:
        return answer(request, problem)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        spots = spots_of(error.errors())
        return answer(request, InputInvalid(spots=spots, count=len(spots)))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        if error.status_code in (404, 405):
            return answer(request, RouteUnknown(method=request.method, path=request.url.path))
        return answer(request, InputInvalid(count=1))

    @app.exception_handler(Exception)
    async def _unforeseen(request: Request, error: Exception) -> Response:
        # The error's text may hold content: only its kind is logged.
        log.error("request failed", route=_route(request), error=type(error).__name__)
        return answer(request, Unforeseen(request_id=request.scope.get("request_id", "")))


def _route(request: Request) -> Any:
    route = request.scope.get("route")
    return getattr(route, "path", "unknown")
