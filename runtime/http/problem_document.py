"""Render a problem as RFC 9457 says, in the caller's language."""

from __future__ import annotations

from typing import Any

import msgspec
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from kernel.problems import Language, Problem
from runtime.auth.refusals import challenge

MEDIA_TYPE = "application/problem+json"


class SpotShown(BaseModel):
    """One place in the input that is wrong."""

    pointer: str = Field(description="JSON pointer into the body, or `query/NAME`, `header/NAME`, `path/NAME`.")
    code: str = Field(description="Stable.")
    detail: str


class ProblemDocument(BaseModel):
    """Why a request was refused, or failed (RFC 9457), in the language of `Accept-Language`: `vi` or `en`."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable: what programs look at.")
    mend: str | None = Field(default=None, description="What to do.")
    errors: list[SpotShown] | None = Field(default=None, description="Each place in the input that is wrong.")
    instance: str | None = Field(default=None, description="The request, as `x-request-id` names it.")


def language_of(accept_language: str | None) -> Language:
    """Choose between Vietnamese and English (RFC 9110, 12.5.4); Vietnamese unless English is preferred."""
    best = {"vi": 0.0, "en": 0.0}
    for part in (accept_language or "").split(","):
        tag, _, parameters = part.strip().partition(";")
        primary = tag.split("-")[0].lower()
        if primary in best:
            best[primary] = max(best[primary], _quality(parameters))
    return "en" if best["en"] > best["vi"] else "vi"


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def problem_document(problem: Problem, language: Language, instance: str | None = None) -> dict[str, Any]:
    """Return the members of a problem document. `instance` is the request's id."""
    words = problem.say(language)
    document: dict[str, Any] = {
        "type": f"urn:lanhmanh:problem:{problem.code}",
        "title": words.title,
        "status": problem.status,
        "detail": words.detail,
        "code": problem.code,
    }
    if words.mend:
        document["mend"] = words.mend
    if problem.spots:
        document["errors"] = [
            {"pointer": spot.pointer, "code": spot.code, "detail": spot.say(language)} for spot in problem.spots
        ]
    if instance:
        document["instance"] = f"urn:lanhmanh:request:{instance}"
    return document


def problem_response(problem: Problem, language: Language, instance: str | None = None) -> Response:
    """Return the answer to a request that met a problem."""
    headers: dict[str, str] = {"Content-Language": language}
    challenged = challenge(problem)
    if challenged is not None:
        headers["WWW-Authenticate"] = challenged
    for name in ("retry_after", "allow", "work_bits"):
        if name in problem.facts:
            headers[name.replace("_", "-").title()] = str(problem.facts[name])
    body = msgspec.json.encode(problem_document(problem, language, instance))
    return Response(body, status_code=problem.status, headers=headers, media_type=MEDIA_TYPE)


def answer_problem(request: Request, problem: Problem) -> Response:
    """Return the answer to this request, in its language and with its id."""
    language = language_of(request.headers.get("accept-language"))
    return problem_response(problem, language, request.scope.get("request_id"))
