"""The gateway's limits, each with its unit."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class GatewaySettings(BaseSettings):
    """Read from `LANHMANH_GATEWAY_*`. Rates are written as the `limits` library does: `600/minute`, `10/2second`."""

    model_config = SettingsConfigDict(env_prefix="LANHMANH_GATEWAY_", frozen=True)

    rate: str = "6000/minute"
    """What one client may ask of one route. A province's 40,260 bodies that all report in an hour are 671 a minute."""
    bulk_rate: str = "60/minute"
    """What one client may ask of one route that takes bulk loads."""
    anonymous_rate: str = "120/minute"
    """What one address (of IPv6, one /64) may ask of one route without a token."""
    work_bits: int = Field(20, ge=1, le=32)
    """Zero bits of a proof of work, which lets in beyond `anonymous_rate` where everybody may create.

    20 are a million digests: for one tip a second of a script in a browser, some of a phone; for ten thousand, hours.
    Each more doubles that; 32 would be an hour for one tip, and no informant waits for so long.
    """

    trusted_proxies: str = "127.0.0.1"
    """Addresses and networks (`10.42.0.0/16,10.43.0.7`) of what leads to the gateway: whose word it takes for who calls
    (`X-Forwarded-For`). Without those of an ingress all its callers are one address, with one `anonymous_rate`."""

    body_limit_bytes: int = Field(10_000_000, gt=0)
    """The largest body that is let through."""
    bulk_body_limit_bytes: int = Field(100_000_000, gt=0)
    """The same for bulk loads."""

    service_patience_seconds: float = Field(30.0, gt=0)
    """How long a service may be silent while it is its turn."""
    bulk_service_patience_seconds: float = Field(300.0, gt=0)
    """The same while it works on a bulk load, which is one transaction."""
    caller_patience_seconds: float = Field(30.0, gt=0)
    """How long a caller may be silent in the middle of its body."""

    read_retries: int = Field(2, ge=0)
    """How often a read is sent again to a service that cannot be reached. Writes never are."""
    retry_pause_seconds: float = Field(0.05, ge=0)
    """Before the first retry; doubled before each further one."""
    breaker_failures: int = Field(5, gt=0)
    """So many failures in a row, and the service is left alone for a while."""
    breaker_pause_seconds: float = Field(5.0, gt=0)
    """How long it is left alone before one request tries it again."""

    readiness_patience_seconds: float = Field(2.0, gt=0)
    """How long a service may take to say whether it is ready."""
    stop_patience_seconds: float = Field(20.0, gt=0)
    """How long one service may take to stop."""
    token_url: str = "/token"  # noqa: S105  a path
    """Where the API document says that tokens come from."""
