"""Serve the development issuer: discovery, keys, and OAuth 2 client credentials (RFC 6749, 4.4)."""

from __future__ import annotations

import base64
import binascii
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote_plus

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from runtime.auth.issuer import LIFETIME, DevelopmentIssuer
from runtime.auth.refusals import REALM, ScopesConflict
from runtime.telemetry.framework import TELLS_NOTHING

_OPEN = {"x-lanhmanh-open": "public", "x-lanhmanh-kind": "read"}
_FORM = {
    "type": "object",
    "required": ["grant_type", "scope", "unit"],
    "properties": {
        "grant_type": {"type": "string", "const": "client_credentials"},
        "client_id": {"type": "string", "description": "Tên do bên gọi tự chọn, hoặc gửi bằng HTTP Basic."},
        "client_secret": {"type": "string", "description": "Nội dung tệp issuer-client-secret."},
        "scope": {"type": "string", "description": "Các quyền, cách nhau bằng dấu cách."},
        "unit": {"type": "string", "description": "Mã đơn vị mà bên gọi đại diện (phần mở rộng)."},
    },
    "example": {
        "grant_type": "client_credentials",
        "client_id": "so-y-te-binh-thuan",
        "client_secret": "…",
        "scope": "plans:write reports:submit",
        "unit": "60",
    },
}


class _TokenRefused(Exception):
    """An error of RFC 6749, 5.2: the token endpoint's own form, not a problem document."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status


class _Client(NamedTuple):
    """What a client says of itself."""

    client_id: str
    secret: str


def create_issuer_app(issuer: DevelopmentIssuer) -> FastAPI:
    """Return the app that speaks for an issuer. Any client id is welcome that knows the one client secret."""
    app = FastAPI(title="Hệ thống cấp mã thử nghiệm", docs_url=None, redoc_url=None, telemetry=TELLS_NOTHING)
    discovery = _discovery(issuer.url)

    @app.get("/.well-known/openid-configuration", summary="Cấu hình OpenID", openapi_extra=_OPEN)
    async def read_configuration() -> dict[str, Any]:
        return discovery

    @app.get("/jwks.json", summary="Khóa công khai", openapi_extra=_OPEN)
    async def read_keys() -> dict[str, Any]:
        return dict(await issuer.jwks())

    @app.post(
        "/token",
        summary="Cấp mã truy cập",
        openapi_extra={
            "x-lanhmanh-open": "public",
            "x-lanhmanh-kind": "create",
            "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": _FORM}}},
        },
    )
    async def grant_token(request: Request) -> JSONResponse:
        try:
            granted = _grant(issuer, await _form(request), request.headers.get("authorization"))
        except _TokenRefused as refused:
            return _refusal(refused)
        return JSONResponse(granted, headers={"Cache-Control": "no-store"})

    @app.get("/readyz", include_in_schema=False)
    async def read_readiness() -> dict[str, str]:
        return {"status": "ready"}

    return app


def _discovery(url: str) -> dict[str, Any]:
    return {
        "issuer": url,
        "token_endpoint": f"{url}/token",
        "jwks_uri": f"{url}/jwks.json",
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }


def _grant(issuer: DevelopmentIssuer, form: dict[str, str], authorization: str | None) -> dict[str, Any]:
    client = _client_of(form, authorization)
    if not client.client_id or not issuer.is_client_secret(client.secret):
        raise _TokenRefused("invalid_client", "client id or secret is wrong", status=401)
    if form.get("grant_type") != "client_credentials":
        raise _TokenRefused("unsupported_grant_type", "grant_type must be client_credentials")
    scopes = form.get("scope", "").split()
    if not scopes:
        raise _TokenRefused("invalid_scope", "scope is missing")
    unit = form.get("unit", "").strip()
    if not unit:
        raise _TokenRefused("invalid_request", "unit is missing: the code of the unit that the client acts for")
    try:
        token = issuer.mint(client.client_id, scopes=scopes, unit=unit)
    except ScopesConflict as conflict:
        raise _TokenRefused("invalid_scope", conflict.say("en").detail) from None
    return {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": int(LIFETIME.total_seconds()),
        "scope": " ".join(sorted(set(scopes))),
    }


def _client_of(form: dict[str, str], authorization: str | None) -> _Client:
    """Read the client's name and secret from HTTP Basic (form-encoded first: RFC 6749, 2.3.1) or from the form."""
    scheme, _, credentials = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return _Client(form.get("client_id", ""), form.get("client_secret", ""))
    try:
        name, _, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise _TokenRefused("invalid_client", "the Basic credentials cannot be read", status=401) from None
    return _Client(unquote_plus(name), unquote_plus(secret))


async def _form(request: Request) -> dict[str, str]:
    """Read a form body. A parameter that comes twice is refused (RFC 6749, 3.2)."""
    try:
        fields = parse_qs((await request.body()).decode(), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise _TokenRefused("invalid_request", "the body is not a form") from None
    if any(len(values) > 1 for values in fields.values()):
        raise _TokenRefused("invalid_request", "a parameter is repeated")
    return {name: values[0] for name, values in fields.items()}


def _refusal(refused: _TokenRefused) -> JSONResponse:
    headers = {"Cache-Control": "no-store"}
    if refused.status == 401:
        headers["WWW-Authenticate"] = f'Basic realm="{REALM}"'
    document = {"error": refused.error, "error_description": refused.description}
    return JSONResponse(document, status_code=refused.status, headers=headers)
