"""The settings every service has. Each service's `config.py` adds its own; only its `wiring.py` reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime.bus.kafka_settings import KafkaSettings


class ServiceConfig(BaseSettings):
    """Settings from the environment, prefix `LANHMANH_`. Unknown values of a known setting stop the start."""

    model_config = SettingsConfigDict(env_prefix="LANHMANH_", env_nested_delimiter="__", extra="ignore", frozen=True)

    env: Literal["development", "production"] = "development"
    """`production` forbids development keys and the development issuer."""
    database_url: str = Field(default="sqlite+aiosqlite:///var/service.db")
    """`sqlite+aiosqlite:///path` or `postgresql+asyncpg://role@host/database`."""
    database_durable: bool = True
    """SQLite: flush each commit to disk."""
    kafka: KafkaSettings | None = None
    """`LANHMANH_KAFKA__BOOTSTRAP_SERVERS` and so on. Needed wherever a service runs as a process of its own."""
    issuer: str = "http://127.0.0.1:8009"
    """The OIDC issuer whose tokens are accepted, exactly as its tokens name it."""
    jwks_url: str = ""
    """Where its keys are; by default `<issuer>/jwks.json`."""
    audience: str = "lanhmanh"
    """The audience tokens are made for."""
    digest_secret: SecretStr = SecretStr("")
    """Key of the digests of requests, from which the secrets of webhooks are derived.

    Required in production; in development one is made and kept in `data`.
    """
    data: Path = Path("var")
    """Folder of keys and SQLite files."""
    webhooks_to_private_addresses: bool = False
    """Send webhooks also to addresses that are not public: for trials, and where all subscribers are within."""


class SecretConfig(ServiceConfig):
    """The settings of a service that seals what it keeps."""

    key_file: Path | None = None
    """Mounted file with the service's own keys (JWK set). Required in production; in development one is made."""
