"""An Apache Kafka of one node in KRaft mode: its files, and the command that runs it."""

from __future__ import annotations

import re
import subprocess
from base64 import urlsafe_b64encode
from pathlib import Path
from uuid import uuid4

from lanhmanh.cluster.ports import free_port
from lanhmanh.cluster.unavailable import ServerNotStarted

# The second compiler would take the processors from everything else that starts at the same time.
_JVM = ["-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
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


def broker_command(folder: Path, jars: Path, *, port: int) -> list[str]:
    """Write a broker's settings, format its storage in `folder` if that is empty, and return what runs the broker.

    Raises:
        ServerNotStarted: The storage could not be formatted.
    """
    properties = folder / "server.properties"
    properties.write_text(_PROPERTIES.format(folder=folder, port=port, controller_port=free_port()))
    java = ["java", *_JVM, "-cp", f"{jars}/*"]
    if not (folder / "data" / "meta.properties").exists():
        _format_storage(java, properties)
    return [*java, "kafka.Kafka", str(properties)]


def broker_version(jars: Path) -> str:
    """Return the version that the jars are of, such as `4.1.1`."""
    (server,) = jars.glob("kafka_*.jar")
    found = re.fullmatch(r"kafka_[\d.]+-(.+)\.jar", server.name)
    return found[1] if found else "of an unknown version"


def _format_storage(java: list[str], properties: Path) -> None:
    cluster = urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")
    formatted = subprocess.run(
        [*java, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "--config", str(properties)],
        capture_output=True,
        text=True,
        check=False,
    )
    if formatted.returncode != 0:
        raise ServerNotStarted(server="Apache Kafka", log=formatted.stderr[-1_000:])
