"""What lies where in the cluster's folder, and who may use it."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lanhmanh.api import Refused


@dataclass(frozen=True, slots=True)
class ClusterFolder:
    """`cluster/` below the product's folder."""

    root: Path

    @property
    def postgres(self) -> Path:
        """PostgreSQL's own folder."""
        return self.root / "postgres"

    @property
    def kafka(self) -> Path:
        """Kafka's own folder."""
        return self.root / "kafka"

    @property
    def passwords(self) -> Path:
        """The database passwords, each readable by its owner only."""
        return self.root / "passwords"

    @property
    def logs(self) -> Path:
        """A file for each process, with all that it says."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """A note for each process that runs: its number and its address."""
        return self.root / "run"

    @property
    def _complete(self) -> Path:
        # Within what it speaks of: whoever removes the one removes the other.
        return self.postgres / "complete"

    def has_data(self) -> bool:
        """Tell whether a first start has come to its end here."""
        return self._complete.exists()

    def clear_unfinished(self) -> None:
        """Drop what an interrupted first start left, and make the folders."""
        if not self.has_data():
            shutil.rmtree(self.postgres, ignore_errors=True)
            shutil.rmtree(self.kafka, ignore_errors=True)
            shutil.rmtree(self.passwords, ignore_errors=True)
        for folder in (self.postgres, self.kafka, self.logs, self.run):
            folder.mkdir(parents=True, exist_ok=True)

    def finish_loading(self) -> None:
        """Note that all is there with which the product begins."""
        self._complete.touch()

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Keep every other `up-cluster` away from this folder.

        Raises:
            Refused: One runs here.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refused(f"`lanhmanh up-cluster` đang chạy trong {self.root}. Hãy dừng nó trước.") from None
            yield
