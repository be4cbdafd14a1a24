"""Read the codes of units that callers name, and give them back."""

from __future__ import annotations

from uuid import UUID

from kernel.clock import legal_day
from kernel.ids import UnitId
from runtime.http.call import Call
from services.referrals.domain.refusals import UnitUnknown


def unit_today(call: Call, code: str) -> UnitId:
    """Return the unit that has a code on the day of the request.

    Raises:
        UnitUnknown: None has.
    """
    today = legal_day(call.arrived_at)
    found = call.reference.tree.find(code, today)
    if found is None:
        raise UnitUnknown(unit=code, day=today.isoformat())
    return found.id


def code_of(call: Call, unit_id: UUID) -> str:
    """Return a unit's code."""
    return call.reference.tree.get(UnitId(unit_id)).code
