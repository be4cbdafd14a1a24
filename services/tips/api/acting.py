"""Do an act on a tip, as it was read, and answer how the tip stands then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from kernel.clock import legal_day
from kernel.ids import UnitId
from runtime.database import Write
from runtime.http.call import EditCall, OpenCall
from runtime.http.declaration import UnitRule
from services.tips.api.tip_shapes import TipShown
from services.tips.api.tip_views import answer_tip, keys_in
from services.tips.domain.refusals import UnitUnknown
from services.tips.store.tips import get_tip
from services.tips.usecases.move_tip import Doing

ACT: dict[str, Any] = {"scope": "tips:handle", "units": UnitRule.ACTS_FOR, "response_model": TipShown}
"""How every act is declared."""


async def do(call: EditCall, tip_id: UUID, act: Callable[[Any, Doing], Awaitable[None]]) -> TipShown:
    """Do it in one transaction with all that it brings about.

    Raises:
        TipUnknown: There is no such tip.
        MatchFailed: Somebody changed it since the caller read it.
    """

    async def effect(tx: Write) -> None:
        tip = await get_tip(tx, tip_id)
        call.must_match(tip.etag)
        doing = Doing(tx, call.actor, call.arrived_at, call.reference.calendar, keys_in(call).vault)
        await act(tip, doing)

    await call.write(effect)
    async with call.service.database.read() as read:
        return await answer_tip(call, read, await get_tip(read, tip_id))


def unit_today(call: OpenCall, code: str) -> UnitId:
    """Return the unit that has a code on the day of the request.

    Raises:
        UnitUnknown: None has.
    """
    today = legal_day(call.arrived_at)
    found = call.reference.tree.find(code, today)
    if found is None:
        raise UnitUnknown(unit=code, day=today.isoformat())
    return found.id
