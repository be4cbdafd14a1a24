"""What a service that runs as a process of its own finds around it: its issuer, its brokers, its secrets."""

from __future__ import annotations

from pathlib import Path

from contracts.topics import DEAD_LETTERS, PARTITIONS
from kernel.clock import Clock
from kernel.problems import Fault, Words
from runtime.auth.key_folder import ensure_secret
from runtime.auth.keys import KeySource, keys_at
from runtime.auth.verifier import TokenVerifier
from runtime.bus.kafka import KafkaBus
from runtime.config import SecretConfig, ServiceConfig
from runtime.crypto.key_set import ServiceKeys, ensure_keys, open_keys
from runtime.webhooks.incoming import DEVELOPMENT_SENDER, SENDERS_FILE, Senders, ensure_senders, open_senders
from runtime.webhooks.targets import Targets


class SettingMissing(Fault):
    """A setting that has no default here."""

    code = "setting_missing"
    vi = Words("Thiếu cấu hình", "Chưa đặt {name}.", "Đặt biến môi trường đó rồi khởi động lại.")
    en = Words("Setting missing", "{name} is not set.", "Set that environment variable and start again.")


def verifier_of(config: ServiceConfig, clock: Clock) -> TokenVerifier:
    """Return what verifies the tokens of the issuer that is configured."""
    url = config.jwks_url or f"{config.issuer.rstrip('/')}/jwks.json"
    return TokenVerifier(config.issuer, config.audience, KeySource(keys_at(url), clock), clock)


def kafka_bus_of(config: ServiceConfig, service: str) -> KafkaBus:
    """Return a service's bus to the brokers that are configured.

    Raises:
        SettingMissing: None are.
    """
    if config.kafka is None:
        raise SettingMissing(name="LANHMANH_KAFKA__BOOTSTRAP_SERVERS")
    return KafkaBus(config.kafka, service=service, partitions=PARTITIONS | DEAD_LETTERS)


def keys_of(config: SecretConfig, service: str, clock: Clock) -> ServiceKeys:
    """Return a service's own keys; in development some are made and kept in the key folder.

    Raises:
        SettingMissing: No file is named in production.
        KeyFileExposed, KeyFileInvalid, OSError: The file cannot be trusted or read.
    """
    if config.key_file is not None:
        return open_keys(config.key_file, clock)
    if config.env == "production":
        raise SettingMissing(name="LANHMANH_KEY_FILE")
    return ensure_keys(config.data / "keys" / f"{service}-keys.json", clock)


def senders_of(config: ServiceConfig, file: Path | None) -> Senders:
    """Return the machines that sign instead of carrying a token; in development there is one for the whole country.

    Raises:
        KeyFileExposed, SendersInvalid, OSError: The file cannot be trusted or read.
    """
    if file is not None:
        return open_senders(file)
    if config.env == "production":
        return Senders({})
    return ensure_senders(config.data / "keys" / SENDERS_FILE, name=DEVELOPMENT_SENDER, unit="VN")


def digest_secret_of(config: ServiceConfig, service: str) -> bytes:
    """Return the key of a service's request digests; in development one is made and kept in the key folder.

    Raises:
        SettingMissing: It is not set in production.
    """
    secret = config.digest_secret.get_secret_value()
    if secret:
        return secret.encode()
    if config.env == "production":
        raise SettingMissing(name="LANHMANH_DIGEST_SECRET")
    return ensure_secret(config.data / "keys", f"{service}-digest-secret").encode()


def targets_of(config: ServiceConfig) -> Targets:
    """Return where a service may send webhooks."""
    return Targets(https_only=config.env == "production", private_allowed=config.webhooks_to_private_addresses)
