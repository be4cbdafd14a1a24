"""Lead a tip to the body that is competent for what it is. Without a rule it belongs in the queue that it came to."""

from __future__ import annotations

from itertools import chain
from typing import Any, NamedTuple

from contracts.events.tips import Category
from kernel.ids import UnitId
from services.tips.domain.routing import competent_body, house_of, rulers_of
from services.tips.store.routes import routes_of
from services.tips.usecases.move_tip import Doing


class Led(NamedTuple):
    """Where a tip was led."""

    changed: dict[str, Any]
    """Columns of the tip."""
    facts: dict[str, Any]
    """What the history says of it."""


NOWHERE = Led({}, {})


async def lead_tip(tip: Any, category: Category, doing: Doing) -> Led:
    """Return where a tip is led that the unit it came to is competent for; nobody has taken it on yet.

    The body becomes responsible; it has not taken the tip on by that, for which the law has clocks of their own.
    """
    tree, day = doing.actor.tree, doing.actor.on
    reached = tree.bearer(UnitId(tip.reached_id), day) or UnitId(tip.responsible_id)
    house = house_of(reached, tree, day)
    if reached != house:
        # Whoever sent it to a body by its name has chosen.
        return NOWHERE
    routes = await routes_of(doing.tx, [*chain.from_iterable(rulers_of(house, tree, day))])
    found = competent_body(house, category, routes, tree, day)
    if found is None:
        # What it is now decides, not what it was taken for: a rule for that may have led it away.
        is_there = tree.bearer(UnitId(tip.responsible_id), day) == reached
        return NOWHERE if is_there else Led({"responsible_id": reached}, {"to": str(reached)})
    route, body = found
    return Led({"responsible_id": body}, {"to": str(body), "route": str(route.id)})
