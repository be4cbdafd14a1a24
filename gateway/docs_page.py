"""Serve interactive documentation without the internet: Swagger UI from an installed package."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.resources import files

from fastapi import FastAPI
from starlette.responses import Response

_HEADERS = {
    # Swagger UI sets styles in place and draws its icons from data: URLs; scripts are files of this origin only.
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}
_ASSET_HEADERS = {"Cache-Control": "public, max-age=86400"}

_PAGE = """<!DOCTYPE html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lành Mạnh – tài liệu API</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

# validatorUrl: without it the page would send the document's address to a validator on the internet.
_START = """window.ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: true,
  validatorUrl: null,
});
"""

_ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}


def add_docs_page(app: FastAPI) -> None:
    """Add the page and its assets to an app. All addresses in it are relative to its own."""

    @app.get("/docs", include_in_schema=False)
    async def read_docs() -> Response:
        return Response(_PAGE, media_type="text/html", headers=_HEADERS)

    @app.get("/docs/start.js", include_in_schema=False)
    async def read_start() -> Response:
        return Response(_START, media_type="text/javascript", headers=_ASSET_HEADERS)

    for name, media_type in _ASSETS.items():
        app.add_api_route(f"/docs/{name}", _asset_endpoint(name, media_type), include_in_schema=False)


def _asset_endpoint(name: str, media_type: str) -> Callable[[], Awaitable[Response]]:
    content = (files("fastapi_swagger") / "resources" / name).read_bytes()

    async def read_asset() -> Response:
        return Response(content, media_type=media_type, headers=_ASSET_HEADERS)

    return read_asset
