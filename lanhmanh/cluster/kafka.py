"""An Apache Kafka in KRaft mode, of one node or several: their files, and the commands that run them."""

from __future__ import annotations

import re
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import uuid4

from lanhmanh.cluster.ports import free_port
from lanhmanh.cluster.unavailable import ServerNotStarted

# The second compiler would take the processors from everything else that starts at the same time.
_JVM = ["-Xms256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
_PROPERTIES = """\
process.roles=broker,controller
node.id={id}
controller.quorum.voters={voters}
listeners=CLIENT://127.0.0.1:{node.port},CONTROLLER://127.0.0.1:{node.controller_port}
listener.security.protocol.map=CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENT
controller.listener.names=CONTROLLER
log.dirs={node.folder}/data
# A topic exists because the product made it.
auto.create.topics.enable=false
# Each node can keep one copy.
offsets.topic.replication.factor={nodes}
offsets.topic.num.partitions={nodes}
transaction.state.log.replication.factor={nodes}
transaction.state.log.min.isr={in_sync}
transaction.state.log.num.partitions=1
min.insync.replicas={in_sync}
# So long a node may be silent before others lead in its place; a new controller counts from its own beginning.
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
# So long a broker waits for a controller that hangs, before it asks the next one; by default 30 s.
controller.socket.timeout.ms=3000
"""


@dataclass(frozen=True, slots=True)
class Node:
    """A broker that is a controller too."""

    folder: Path
    port: int = field(default_factory=free_port)
    """Where clients find it, and the other brokers."""
    controller_port: int = field(default_factory=free_port)

    @property
    def properties(self) -> Path:
        """Return its file of settings."""
        return self.folder / "server.properties"


def broker_commands(nodes: Sequence[Node], jars: Path, *, heap_mb: int = 512) -> list[list[str]]:
    """Write the settings of a cluster's nodes, format what storage is empty, and return what runs each of them.

    Raises:
        ServerNotStarted: A storage could not be formatted.
    """
    voters = ",".join(f"{number}@127.0.0.1:{node.controller_port}" for number, node in enumerate(nodes, 1))
    for number, node in enumerate(nodes, 1):
        settings = {"voters": voters, "nodes": len(nodes), "in_sync": max(1, len(nodes) - 1)}
        node.properties.write_text(_PROPERTIES.format(id=number, node=node, **settings))
    java = ["java", *_JVM, f"-Xmx{heap_mb}m", "-cp", f"{jars}/*"]
    cluster = urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")
    empty = [node for node in nodes if not (node.folder / "data" / "meta.properties").exists()]
    with ThreadPoolExecutor() as threads:
        list(threads.map(partial(_format_storage, java, cluster), empty))
    return [[*java, "kafka.Kafka", str(node.properties)] for node in nodes]


def broker_version(jars: Path) -> str:
    """Return the version that the jars are of, such as `4.1.1`."""
    (server,) = jars.glob("kafka_*.jar")
    found = re.fullmatch(r"kafka_[\d.]+-(.+)\.jar", server.name)
    return found[1] if found else "of an unknown version"


def _format_storage(java: list[str], cluster: str, node: Node) -> None:
    formatted = subprocess.run(
        [*java, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "--config", str(node.properties)],
        capture_output=True,
        text=True,
        check=False,
    )
    if formatted.returncode != 0:
        raise ServerNotStarted(server="Apache Kafka", log=formatted.stderr[-1_000:])
