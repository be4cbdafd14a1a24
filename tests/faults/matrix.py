"""Go through the faults while the stream runs, and note how soon everything works again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import median

from lanhmanh.services import Name
from tests.faults.fault import Fault
from tests.faults.flow import Flow
from tests.faults.world import UNSENT, World

_PATIENCE_SECONDS = 120.0
"""How long anything may take until it works again, before it never will."""


@dataclass
class Recoveries:
    """How long it took after each fault, by kind, in seconds."""

    by_kind: dict[str, list[float]] = field(default_factory=dict)

    def note(self, fault: Fault, seconds: float) -> None:
        """Note how long it took once more."""
        self.by_kind.setdefault(fault.kind, []).append(seconds)

    def slow(self, faults: Sequence[Fault]) -> list[str]:
        """Name the kinds after which it took longer than it may."""
        return [
            f"{fault.kind}: {max(self.by_kind[fault.kind]):.1f} s > {fault.bound_seconds:.0f} s"
            for fault in faults
            if max(self.by_kind.get(fault.kind, [0.0])) > fault.bound_seconds
        ]

    def table(self, faults: Sequence[Fault]) -> str:
        """Return how often each kind was injected, and how soon everything worked again."""
        lines = [f"{'fault':36} {'injected':>8} {'counted from':>12} {'p50 s':>6} {'max s':>6} {'bound s':>7}"]
        for fault in faults:
            took = self.by_kind.get(fault.kind, [])
            since = "injection" if fault.outage_seconds is None else "repair"
            figures = f"{median(took):6.1f} {max(took):6.1f}" if took else f"{'-':>6} {'-':>6}"
            lines.append(f"{fault.kind:36} {len(took):8} {since:>12} {figures} {fault.bound_seconds:7.0f}")
        return "\n".join(lines)


class Matrix:
    """A world, its stream, and the faults that are done to it."""

    def __init__(self, world: World, flow: Flow, dice: Random, tell: Callable[[str], None], *, rest: bool) -> None:
        """Take the world and what flows in it. With `rest`, each fault meets a world that is whole again."""
        self._world = world
        self._flow = flow
        self._dice = dice
        self._tell = tell
        self._rest = rest
        self.recoveries = Recoveries()

    async def go_through(self, faults: Sequence[Fault]) -> None:
        """Inject each fault once, in any order, at instants that the stream knows nothing of."""
        for fault in self._dice.sample(faults, len(faults)):
            await asyncio.sleep(self._dice.uniform(0.0, 0.5))
            began = time.monotonic()
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    took = await self._inject(fault)
                    if self._rest:
                        await self._world.whole()
            except TimeoutError:
                raise AssertionError(f"{fault.kind}: works no more; {await self._standing()}") from None
            self.recoveries.note(fault, took)
            ways = ", ".join(f"{way} {seconds:.1f}" for way, seconds in self._flow.took.items())
            self._tell(f"{fault.kind}: {took:.1f} s ({ways}); in all {time.monotonic() - began:.1f} s")

    async def _standing(self) -> str:
        """Say what works again, and where everything else has got stuck."""
        unsent = {name: (await self._world.ask(name, UNSENT))[0][0] for name in Name}
        return f"works: {self._flow.took}; unsent events: {unsent}"

    async def _inject(self, fault: Fault) -> float:
        """Inject a fault, and return how long it took until everything worked again."""
        async with fault.inject(self._world, self._dice):
            since = time.monotonic()
            if fault.outage_seconds is None:
                await self._flow.works()
                took = time.monotonic() - since
            else:
                await asyncio.sleep(fault.outage_seconds)
                since = time.monotonic()
        if fault.outage_seconds is not None:
            await self._flow.works()
            took = time.monotonic() - since
        return took
