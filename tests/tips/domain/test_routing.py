"""Whatever the rules are: at most one body of the house itself, the same in whichever order the rules lie."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from contracts.events.tips import Category
from kernel.units import UnitTree
from runtime.reference.view import to_kernel_unit
from services.tips.domain.routing import Route, competent_body, house_of
from tests.reports.builders import COUNTRY, UNIT

DAY = date(2025, 4, 18)
TREE = UnitTree([to_kernel_unit(one) for one in COUNTRY.first_units().units])
UNITS = ["VN", "60", "593", "60.CA", "60.SYT", "38"]
days = st.integers(-2, 2).map(lambda days: DAY + timedelta(days=days))


@st.composite
def some_routes(draw: st.DrawFn) -> list[Route]:
    routes = []
    for number in range(draw(st.integers(0, 6))):
        to = draw(st.none() | st.sampled_from(UNITS))
        routes.append(
            Route(
                id=UUID(int=number),
                unit_id=UNIT[draw(st.sampled_from(UNITS))],
                category=draw(st.none() | st.sampled_from(Category)),
                function=draw(st.sampled_from(["police", "health", "court"])) if to is None else None,
                to=None if to is None else UNIT[to],
                from_on=draw(days),
                until_on=draw(st.none() | days),
            )
        )
    return routes


@given(some_routes(), st.sampled_from(UNITS), st.sampled_from(Category), st.randoms())
def test_a_rule_in_force_names_one_body_of_the_house_whatever_the_order(
    routes: list[Route], unit: str, category: Category, dice: Random
) -> None:
    house = house_of(UNIT[unit], TREE, DAY)

    found = competent_body(house, category, routes, TREE, DAY)
    shuffled = list(routes)
    dice.shuffle(shuffled)

    assert found == competent_body(house, category, shuffled, TREE, DAY)
    if found is not None:
        route, body = found
        assert TREE.is_within(body, house, DAY)
        assert TREE.is_within(house, route.unit_id, DAY)
        assert route.category in (None, category)
        assert route.from_on <= DAY
        assert route.until_on is None or route.until_on > DAY
        if route.category is None:
            assert not [one for one in routes if one.unit_id == route.unit_id and _names(one, category)]
        nearer = [one for one in routes if one.unit_id == house and one.category is category and one.to == house]
        if any(one.from_on <= DAY and (one.until_on is None or one.until_on > DAY) for one in nearer):
            assert (route.unit_id, route.category) == (house, category)


def _names(route: Route, category: Category) -> bool:
    return route.category is category and route.holds_for(category, DAY)
