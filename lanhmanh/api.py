"""Talk to the product as any other system does: over HTTP, with a token."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import httpx

from kernel.clock import SystemClock
from lanhmanh.folder import Folder, folder, port
from runtime.auth.issuer import open_issuer

SCOPES = {
    "plans": ("plans:read", "plans:write", "plans:units", "plans:calendar"),
    "reports": ("reports:read", "reports:submit", "reports:review", "reports:import", "reports:subscribe"),
    "tips": (
        "tips:read",
        "tips:intake",
        "tips:handle",
        "tips:content",
        "tips:identity",
        "tips:bodies",
        "tips:audit",
        "tips:routes",
        "tips:statistics",
        "tips:subscribe",
    ),
    "referrals": (
        "referrals:read",
        "referrals:case",
        "referrals:person",
        "referrals:provide",
        "referrals:directory",
        "referrals:release",
    ),
}
"""Every scope that there is, by service."""
APART = "referrals"
"""Its scopes are never in one token with those of tips: whoever needs them asks for them."""


OPERATE = "operate"
"""Verb of the scope with which a service's operators look after its events: asked for by `connect_to` alone."""


def scopes_of(services: Iterable[str] | None = None) -> list[str]:
    """Return all scopes of some services; by default of all but the one that stands apart."""
    asked = services or [service for service in SCOPES if service != APART]
    return [scope for service in asked for scope in SCOPES[service]]


class Refused(Exception):
    """The product refused a request, or could not be reached. The text is for people."""

    def __init__(self, text: str, *, status: int | None = None) -> None:
        self.status = status
        """HTTP status of the refusal; None where there was no answer."""
        super().__init__(text)


class Api:
    """A client of the product's gateway."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, path: str, *, accept: str = "application/json", **query: Any) -> httpx.Response:
        """Read something. Query parameters that are None are left out."""
        given = {name: value for name, value in query.items() if value is not None}
        return self._send("GET", path, params=given, headers={"Accept": accept})

    def pages(self, path: str, *, accept: str = "application/json", **query: Any) -> Iterator[httpx.Response]:
        """Read all pages of a list, which are as large as can be."""
        page = self.get(path, accept=accept, **query, limit=1000)
        yield page
        while "next" in page.links:
            # It is the same question with the place of the next page in it.
            page = self._send("GET", path + page.links["next"]["url"], headers={"Accept": accept})
            yield page

    def send(self, method: str, path: str, body: Any, **headers: str) -> httpx.Response:
        """Create or change something."""
        return self._send(method, path, json=body, headers={name.replace("_", "-"): v for name, v in headers.items()})

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, path, **more)
        except httpx.TransportError as error:
            raise Refused(
                f"Không kết nối được {self._client.base_url}: {type(error).__name__}. Chạy `make up` trước, "
                "hoặc đặt LANHMANH_URL."
            ) from None
        if answer.is_error:
            raise Refused(_in_words(answer), status=answer.status_code)
        return answer


def connect() -> Api:
    """Return a client of the product that `LANHMANH_URL` names, or that runs on the folder of `LANHMANH_DATA`."""
    return _connect(os.environ.get("LANHMANH_TOKEN"), scopes_of())


def connect_to(service: str) -> Api:
    """Return a client that operates one service: nobody holds the scopes of tips and of referrals at once.

    Its token is `LANHMANH_TOKEN_<SERVICE>`, or `LANHMANH_TOKEN`, or one of the development issuer.
    """
    token = os.environ.get(f"LANHMANH_TOKEN_{service.upper()}") or os.environ.get("LANHMANH_TOKEN")
    return _connect(token, [f"{service}:{OPERATE}"])


def _connect(token: str | None, scopes: Iterable[str]) -> Api:
    here = folder()
    url = os.environ.get("LANHMANH_URL") or here.address() or f"http://127.0.0.1:{port()}"
    token = token or development_token(here, url, unit="VN", scopes=scopes)
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": os.environ.get("LANHMANH_LANGUAGE", "vi")}
    return Api(httpx.Client(base_url=url, headers=headers, timeout=120))


def development_token(here: Folder, url: str, *, unit: str, scopes: Iterable[str], client: str = "lanhmanh") -> str:
    """Return a token of the development issuer whose keys lie in the product's folder.

    The issuer is what `LANHMANH_ISSUER` names, else that of the product which runs on the folder, else who is at `url`.

    Raises:
        DevelopmentIssuerForbidden: `LANHMANH_ENV` is `production`.
    """
    named = os.environ.get("LANHMANH_ISSUER") or here.issuer() or url
    issuer = open_issuer(here.keys, url=named, env=os.environ.get("LANHMANH_ENV", ""), clock=SystemClock())
    return issuer.mint(client, scopes=scopes, unit=unit)


def _in_words(answer: httpx.Response) -> str:
    """Return a problem document as a person reads it."""
    try:
        problem: Mapping[str, Any] = answer.json()
    except ValueError:
        return f"{answer.status_code} {answer.reason_phrase}"
    lines = [
        f"{problem.get('title', answer.status_code)}: {problem.get('detail', '')} {problem.get('mend', '')}".strip()
    ]
    lines += [f"  {spot['pointer']}: {spot['detail']}" for spot in problem.get("errors", [])]
    return "\n".join(lines)
