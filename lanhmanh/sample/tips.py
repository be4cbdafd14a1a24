"""Do what the examples tell of tips: hotlines send them, officers enter them, and units handle them."""

from __future__ import annotations

import json

from examples.tip_year import TipAct, TipActKind
from kernel.clock import Clock
from lanhmanh.hotline import signed
from lanhmanh.sample.caller import Caller
from runtime.webhooks.incoming import DEVELOPMENT_SENDER


class TipDesk:
    """Whoever brings and handles tips."""

    def __init__(self, call: Caller, clock: Clock) -> None:
        self._call = call
        self._clock = clock
        self._tips: dict[str, str] = {}
        """Path of each tip, by its name in the examples."""

    async def do(self, act: TipAct) -> None:
        """Do what is told of a tip; what its clocks bring about before it comes first."""
        await self.look_at_the_clock()
        match act.kind:
            case TipActKind.SEND:
                await self._send(act)
            case TipActKind.ENTER:
                body = act.body
                made = await self._call.create("tips", "/v1/tips", act.tip, unit=act.by, scope="tips:intake", body=body)
                self._tips[act.tip] = f"/v1/tips/{made['tip_id']}"
            case _:
                await self._step(act)

    async def look_at_the_clock(self) -> None:
        """Let the service note the deadlines that have passed: nobody waits for its own watch here."""
        for watch in self._call.product.services["tips"].watches:
            await watch.catch_up()

    async def _send(self, act: TipAct) -> None:
        body = json.dumps(act.body, ensure_ascii=False).encode()
        headers = signed(self._call.product.keys, body, act.tip, self._clock.now())
        path = f"/v1/tips/hotline/{DEVELOPMENT_SENDER}"
        sent = await self._call.clients["tips"].post(path, content=body, headers=headers)
        sent.raise_for_status()
        self._tips[act.tip] = f"/v1/tips/{sent.json()['tip_id']}"

    async def _step(self, act: TipAct) -> None:
        path = self._tips[act.tip]
        read = await self._call("tips", "GET", path, unit=act.by, scope="tips:read")
        etag = read.headers["etag"]
        await self._call(
            "tips", "POST", f"{path}/{act.kind}", unit=act.by, scope="tips:handle", body=dict(act.body), If_Match=etag
        )
