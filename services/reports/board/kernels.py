"""Have the evaluation's kernels compiled before anybody asks, and run them on all processors.

`python -m services.reports.board.kernels` compiles them at set-up.

Compiling takes seconds, so what was compiled is kept beside the evaluation, under the digest of all its source: numba's
own key knows only the file of a kernel, and would go on with the old code of what the kernel calls.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from numba import config

from services.reports import evaluation

# With what they stand on, these have all the kernels.
from services.reports.evaluation import mend, ratios, tally  # noqa: F401
from services.reports.evaluation.compiled import KERNELS

_SOURCE = Path(evaluation.__file__).parent
_KEPT = _SOURCE / "__pycache__" / "compiled"


class BesideTheSource:
    """Tells numba where to keep what it compiled, as its `NUMBA_CACHE_LOCATOR_CLASSES` wants it."""

    @classmethod
    def from_function(cls, _function: Any, _file: str) -> BesideTheSource | None:
        """Return the place; None if there is none to read from or write to."""
        with suppress(OSError):
            _KEPT.mkdir(parents=True, exist_ok=True)
        return cls() if _KEPT.is_dir() else None

    def get_cache_path(self) -> str:
        return str(_KEPT)

    def ensure_cache_path(self) -> None:
        """Do nothing: a folder that cannot be written to fails when something is written."""

    def get_source_stamp(self) -> str:
        return _digest()

    def get_disambiguator(self) -> str:
        return ""


@cache
def _digest() -> str:
    source = b"".join(file.read_bytes() for file in sorted(_SOURCE.glob("*.py")))
    return hashlib.sha256(source).hexdigest()


def make_ready(kernels: Iterable[tuple[Any, str]] = KERNELS) -> None:
    """Load every kernel, or compile it; where nothing can be kept, the next process compiles again."""
    config.CACHE_LOCATOR_CLASSES = f"{__name__}.{BesideTheSource.__name__}"  # type: ignore[attr-defined] # made at run time
    for kernel, signature in kernels:
        with suppress(RuntimeError):
            kernel.enable_caching()
        # It is compiled, and cannot be kept.
        with suppress(OSError):
            kernel.compile(signature)
        # What is compiled later, for other types, stays in memory: a full disk is to fail nobody's question.
        kernel._cache.disable()


_threads = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="kernel")


def side_by_side(parts: Sequence[Callable[[], None]]) -> None:
    """Run parts on all processors, and return when all are done."""
    if len(parts) == 1:
        parts[0]()
    else:
        list(_threads.map(lambda part: part(), parts))


if __name__ == "__main__":
    make_ready()
