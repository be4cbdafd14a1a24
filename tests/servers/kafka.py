"""Start an Apache Kafka of one node for the tests, in KRaft mode."""

from __future__ import annotations

import os
import re
import subprocess
from base64 import urlsafe_b64encode
from pathlib import Path
from uuid import uuid4

from tests.servers.jars import ensure_kafka_jars
from tests.servers.lease import Lease, Server, ServerUnavailable, accepts_connections, await_answer, free_port

_JVM = ["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=CLIENT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
listener.security.protocol.map=CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENT
controller.listener.names=CONTROLLER
log.dirs={folder}/data
# A topic exists because the product made it.
auto.create.topics.enable=false
# One node can keep one copy.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
"""


def start_kafka(folder: Path, lease: Lease) -> Server:
    """Start a broker; or take the one that LANHMANH_TEST_KAFKA points to.

    Raises:
        ServerUnavailable: Java or the jars cannot be had, or the broker does not start.
    """
    if existing := os.environ.get("LANHMANH_TEST_KAFKA"):
        # Kafka's protocol does not tell a broker's version.
        return Server(version=f"Apache Kafka at {existing} (LANHMANH_TEST_KAFKA)", address=existing)
    return start_broker(folder, lease)


def start_broker(folder: Path, lease: Lease) -> Server:
    """Format and start a broker with its data in `folder`, where the file `pid` names its process.

    Raises:
        ServerUnavailable: Java or the jars cannot be had, or the broker does not start.
    """
    jars = ensure_kafka_jars()
    port, controller_port = free_port(), free_port()
    properties = folder / "server.properties"
    properties.write_text(_PROPERTIES.format(folder=folder, port=port, controller_port=controller_port))
    java = ["java", *_JVM, "-cp", f"{jars}/*"]
    _format_storage(java, properties)
    # SIGKILL: nobody needs this data again, and an orderly stop takes seconds.
    guard = lease.guard(folder, [*java, "kafka.Kafka", str(properties)], stop="SIGKILL")
    await_answer(guard, folder, lambda: accepts_connections(port))
    return Server(version=f"Apache Kafka {_version_of(jars)}", address=f"127.0.0.1:{port}")


def _format_storage(java: list[str], properties: Path) -> None:
    cluster = urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")
    formatted = subprocess.run(
        [*java, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "--config", str(properties)],
        capture_output=True,
        text=True,
        check=False,
    )
    if formatted.returncode != 0:
        raise ServerUnavailable(f"its storage could not be formatted:\n{formatted.stderr[-1_000:]}")


def _version_of(jars: Path) -> str:
    (server,) = jars.glob("kafka_*.jar")
    found = re.fullmatch(r"kafka_[\d.]+-(.+)\.jar", server.name)
    return found[1] if found else "of an unknown version"
