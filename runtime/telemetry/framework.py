"""What FastAPI would tell by itself, through OpenTelemetry, is not told: we tell what is listed, and nothing else.

It would send addresses of callers, paths with ids, and texts of errors that quote what was sent, as soon as anything in
the process sets a provider, or a variable of the environment asks for it.
"""

from __future__ import annotations

from fastapi.telemetry import TelemetryConfig

TELLS_NOTHING: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""For every FastAPI application."""
