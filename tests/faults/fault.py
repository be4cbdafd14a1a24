"""What a fault is: something that is done to a running product, and undone again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from random import Random

from tests.faults.world import World

Inject = Callable[[World, Random], AbstractAsyncContextManager[None]]
"""Strikes on entry, begins to mend on exit."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault."""

    kind: str
    inject: Inject
    outage_seconds: float | None = None
    """How long it lasts where nothing can work until it is mended; then recovery is counted from the repair.
    None: the product must get over it by itself, and recovery is counted from the injection."""
    bound_seconds: float = 60.0
    """How long recovery may take."""
