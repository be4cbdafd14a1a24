"""How clients of Apache Kafka are set, so that nothing acknowledged is lost, and how they are let in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from ssl import SSLContext, create_default_context
from typing import Any, Literal

from aiokafka.errors import KafkaError
from pydantic import BaseModel, FilePath, SecretStr

from runtime.cancellation import is_asked_to_end

CLIENT = {
    # With the client's own 40 s and 5 min, a broker that hangs holds everything up until it comes back. The others
    # lead in its place after some 6 to 9 s: whoever asked it just before must not wait for long.
    "request_timeout_ms": 2_000,
    "metadata_max_age_ms": 3_000,
}
"""Settings of every client."""
PRODUCER = {
    **CLIENT,
    "acks": "all",
    "enable_idempotence": True,
    "max_request_size": 8 * 1024 * 1024,
    # The client sends one batch at a time: with its own 16 KiB, the relay would wait for some 30 in a row.
    "max_batch_size": 512 * 1024,
}
"""Settings of every producer: a message counts as sent when all replicas in sync have it, and is kept once."""
CONSUMER = {
    **CLIENT,
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "isolation_level": "read_committed",
}
"""Settings of every consumer: offsets follow transactions, and a new consumer starts at the beginning."""


class KafkaUnavailable(OSError):
    """Kafka does not answer, or does not take part now."""


class KafkaSettings(BaseModel):
    """Where Kafka is, and how to be let in."""

    bootstrap_servers: str
    """`host:port`, several with commas between."""
    replication: int = 3
    """Copies of each topic that this product creates; one fewer must have a message before it is acknowledged."""
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """How connections are protected, and whether a password is asked for."""
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """How the password is proved, where one is asked for."""
    sasl_username: str | None = None
    """Who logs in."""
    sasl_password: SecretStr | None = None
    """Never logged or shown."""
    ca_file: FilePath | None = None
    """PEM file with the authorities that the brokers' certificates are checked by; without it the system's."""
    certificate_file: FilePath | None = None
    """PEM file with the client's own certificate, where brokers ask for one."""
    key_file: FilePath | None = None
    """PEM file with the key of that certificate."""

    def client(self) -> dict[str, Any]:
        """Return what every client is given to connect."""
        connection: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "security_protocol": self.security_protocol,
        }
        if self.security_protocol.endswith("SSL"):
            connection["ssl_context"] = self._ssl_context()
        if self.security_protocol.startswith("SASL"):
            password = self.sasl_password
            connection["sasl_mechanism"] = self.sasl_mechanism
            connection["sasl_plain_username"] = self.sasl_username
            connection["sasl_plain_password"] = password and password.get_secret_value()
        return connection

    def _ssl_context(self) -> SSLContext:
        context = create_default_context(cafile=self.ca_file)
        if self.certificate_file is not None:
            context.load_cert_chain(self.certificate_file, self.key_file)
        return context


@contextmanager
def translated() -> Iterator[None]:
    """Raise the client's errors as `KafkaUnavailable`.

    One of them is a cancellation that nobody asked for: when brokers are lost, the client cancels what its own tasks
    wait for, and that reaches whoever called it.
    """
    try:
        yield
    except (KafkaError, TimeoutError) as error:
        raise KafkaUnavailable(f"{type(error).__name__}: {error}") from error
    except asyncio.CancelledError as error:
        if is_asked_to_end():
            raise
        raise KafkaUnavailable("the client broke off") from error


@asynccontextmanager
async def answered_within(seconds: float) -> AsyncIterator[None]:
    """Raise `KafkaUnavailable` also when the brokers take longer to answer.

    After the loss of several of them, the client waits for some answers for ever.
    """
    with translated():
        async with asyncio.timeout(seconds):
            yield
