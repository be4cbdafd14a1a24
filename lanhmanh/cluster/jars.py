"""Fetch Apache Kafka's jars, once: `python -m lanhmanh.cluster.jars`."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lanhmanh.cluster.unavailable import JarsNotFetched, ProgramMissing, ServerUnavailable
from lanhmanh.folder import DEFAULT_ROOT

_POM = Path(__file__).with_name("pom.xml")
_CACHE = DEFAULT_ROOT / "kafka"
"""Whatever `LANHMANH_DATA` says: they are no data."""


def ensure_kafka_jars() -> Path:
    """Return the folder with the jars that `pom.xml` names, fetched by Maven if this is the first time.

    Raises:
        ServerUnavailable: Maven or Java is missing, or Maven cannot reach its repository.
    """
    needed = {"java": "Java 17 (Debian: openjdk-17-jre-headless)", "mvn": "Maven (Debian: maven)"}
    for program, package in needed.items():
        if shutil.which(program) is None and (program == "java" or not _jars_folder().exists()):
            raise ProgramMissing(program=program, package=package)
    if not _jars_folder().exists():
        _fetch(_jars_folder())
    return _jars_folder()


def _jars_folder() -> Path:
    # Named by the content of the pom: another version is another folder, and a folder that exists is complete.
    return _CACHE / hashlib.sha256(_POM.read_bytes()).hexdigest()[:12]


def _fetch(folder: Path) -> None:
    _CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHE) as fetched:
        goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={fetched}/libs"]
        maven = subprocess.run(["mvn", "-q", "-B", "-f", _POM, *goal], capture_output=True, text=True, check=False)
        if maven.returncode != 0:
            raise JarsNotFetched(output=maven.stdout[-1_000:])
        try:
            Path(fetched, "libs").rename(folder)
        except OSError:
            # Another run was faster.
            if not folder.exists():
                raise


if __name__ == "__main__":
    try:
        ensure_kafka_jars()
    except ServerUnavailable as unavailable:
        sys.exit(f"Apache Kafka cannot be had here: {unavailable}")
