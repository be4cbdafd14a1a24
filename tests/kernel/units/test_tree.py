"""The dated tree: who stands where, and who bears the duties of units that are gone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.ids import UnitId
from kernel.units import Placement, UnitTree, UnknownUnit
from tests.kernel.units.builders import (
    CHAU_NGA,
    COMMUNE,
    DISTRICT,
    EVE,
    LONG_AGO,
    MERGER,
    NATION,
    POLICE,
    PROVINCE,
    TOWN,
    a_succession,
    a_unit,
    id_of,
    nghe_an,
    trees,
)

any_day = st.sampled_from([LONG_AGO - timedelta(days=1), LONG_AGO, EVE, MERGER, date(2030, 1, 1)])


def test_a_code_that_was_used_again_finds_the_unit_of_the_day() -> None:
    tree = nghe_an()

    found = {day: tree.find("16777", day) for day in (EVE, MERGER)}
    assert {day: unit.id for day, unit in found.items() if unit} == {EVE: TOWN, MERGER: COMMUNE}


def test_a_code_without_a_unit_on_the_day_finds_nothing() -> None:
    assert nghe_an().find("415", MERGER) is None
    assert nghe_an().find("99999", EVE) is None


def test_a_tree_has_every_unit_that_ever_existed_and_no_other() -> None:
    assert TOWN in nghe_an()
    assert id_of("404") not in nghe_an()


def test_an_unknown_unit_is_refused_in_both_languages() -> None:
    with pytest.raises(UnknownUnit) as refused:
        nghe_an().get(id_of("404"))

    assert str(id_of("404")) in refused.value.say("vi").detail
    assert str(id_of("404")) in refused.value.say("en").detail


def test_a_subtree_lists_the_unit_first_then_each_branch_by_code() -> None:
    assert nghe_an().subtree(PROVINCE, EVE) == (PROVINCE, POLICE, DISTRICT, TOWN, CHAU_NGA)
    assert nghe_an().subtree(PROVINCE, MERGER) == (PROVINCE, COMMUNE, POLICE)


@pytest.mark.parametrize(
    ("kinds", "depth", "below"),
    [
        ((), None, (POLICE, DISTRICT, TOWN, CHAU_NGA)),
        ((), 1, (POLICE, DISTRICT)),
        ((), 2, (POLICE, DISTRICT, TOWN, CHAU_NGA)),
        (("commune",), None, (TOWN, CHAU_NGA)),
        (("commune",), 1, ()),
        (("police", "district"), None, (POLICE, DISTRICT)),
        (("body",), None, ()),
    ],
)
def test_the_units_below_are_listed_by_reporter_kind_and_depth(
    kinds: tuple[str, ...], depth: int | None, below: tuple[UnitId, ...]
) -> None:
    assert tuple(nghe_an().below(PROVINCE, EVE, kinds=kinds, depth=depth)) == below


def test_the_depth_below_is_counted_from_the_unit_asked_about() -> None:
    assert tuple(nghe_an().below(DISTRICT, EVE, depth=1)) == (TOWN, CHAU_NGA)
    assert tuple(nghe_an().below(NATION, EVE, depth=1)) == (PROVINCE,)


def test_what_stands_below_is_that_of_the_day() -> None:
    assert tuple(nghe_an().below(PROVINCE, MERGER)) == (COMMUNE, POLICE)
    assert tuple(nghe_an().below(DISTRICT, MERGER)) == ()


def test_nothing_is_listed_below_a_unit_that_never_was() -> None:
    with pytest.raises(UnknownUnit):
        tuple(nghe_an().below(id_of("404"), EVE))


@given(trees(), any_day)
@settings(deadline=None)
def test_all_that_stands_below_is_the_subtree_without_its_root(tree: UnitTree, day: date) -> None:
    for unit in tree:
        assert tuple(tree.below(unit.id, day)) == tree.subtree(unit.id, day)[1:]


def test_trees_beside_each_other_are_laid_out_by_the_code_of_their_roots() -> None:
    tree = UnitTree([a_unit("68"), a_unit("40"), a_unit("401", id_of("40"))])

    assert tree.on(MERGER).order == (id_of("40"), id_of("401"), id_of("68"))


def test_ancestors_are_listed_from_the_nearest_up() -> None:
    assert nghe_an().ancestors(TOWN, EVE) == (DISTRICT, PROVINCE, NATION)
    assert nghe_an().root(TOWN, EVE) == NATION
    assert nghe_an().root(NATION, EVE) == NATION


def test_a_unit_that_does_not_exist_on_the_day_stands_nowhere() -> None:
    tree = nghe_an()

    assert tree.parent(DISTRICT, MERGER) is None
    assert tree.ancestors(DISTRICT, MERGER) == ()
    assert tree.children(DISTRICT, MERGER) == ()
    assert tree.subtree(DISTRICT, MERGER) == ()
    assert not tree.is_within(DISTRICT, PROVINCE, MERGER)
    assert not tree.is_within(PROVINCE, DISTRICT, MERGER)


def test_before_the_first_unit_the_tree_is_empty() -> None:
    assert nghe_an().on(LONG_AGO - timedelta(days=1)).order == ()


def test_a_unit_that_moves_takes_its_subtree_with_it_on_that_day() -> None:
    moves = (Placement(id_of("01"), LONG_AGO, MERGER), Placement(id_of("02"), MERGER))
    tree = UnitTree(
        [a_unit("01"), a_unit("02"), a_unit("011", placements=moves), a_unit("011.TYT", id_of("011"), kind="body")]
    )

    assert tree.is_within(id_of("011.TYT"), id_of("01"), EVE)
    assert not tree.is_within(id_of("011.TYT"), id_of("01"), MERGER)
    assert tree.is_within(id_of("011.TYT"), id_of("02"), MERGER)


def test_two_units_may_swap_places_over_time() -> None:
    tree = UnitTree(
        [
            a_unit("01", placements=(Placement(None, LONG_AGO, MERGER), Placement(id_of("02"), MERGER))),
            a_unit("02", placements=(Placement(id_of("01"), LONG_AGO, MERGER), Placement(None, MERGER))),
        ]
    )

    assert tree.root(id_of("02"), EVE) == id_of("01")
    assert tree.root(id_of("01"), MERGER) == id_of("02")


def test_a_unit_bears_its_duties_itself_while_it_exists() -> None:
    assert nghe_an().bearer(TOWN, EVE) == TOWN
    assert nghe_an().bearer(TOWN, MERGER) == COMMUNE
    assert nghe_an().bearer(COMMUNE, EVE) is None


def test_an_heir_bears_the_duties_of_all_it_followed() -> None:
    assert nghe_an().predecessors(COMMUNE, MERGER) == (TOWN, CHAU_NGA, DISTRICT)
    assert nghe_an().predecessors(COMMUNE, EVE) == ()
    assert nghe_an().predecessors(DISTRICT, EVE) == ()


def test_duties_pass_on_along_a_chain_of_heirs() -> None:
    second_merger = date(2027, 1, 1)
    old, middle, new = id_of("1"), id_of("2"), id_of("3")
    tree = UnitTree(
        [a_unit("1", until=MERGER), a_unit("2", until=second_merger), a_unit("3")],
        [a_succession(old, middle), a_succession(middle, new, on=second_merger)],
    )

    assert [tree.bearer(old, day) for day in (EVE, MERGER, second_merger)] == [old, middle, new]
    assert tree.predecessors(new, MERGER) == ()
    assert tree.predecessors(new, second_merger) == (old, middle)
    assert tree.predecessors(middle, second_merger) == ()


def test_before_a_unit_exists_nobody_bears_its_duties_not_even_its_heir() -> None:
    second_merger = date(2027, 1, 1)
    passing, heir = a_unit("1", since=MERGER, until=second_merger), a_unit("2")
    tree = UnitTree([passing, heir], [a_succession(passing.id, heir.id, on=second_merger)])

    assert tree.bearer(passing.id, EVE) is None
    assert tree.predecessors(heir.id, EVE) == ()


def test_a_unit_split_among_several_has_one_bearer() -> None:
    parts = [a_unit("21", since=MERGER), a_unit("22", since=MERGER)]
    tree = UnitTree(
        [a_unit("2", until=MERGER), *parts],
        [a_succession(id_of("2"), parts[0].id), a_succession(id_of("2"), parts[1].id, bears_duties=False)],
    )

    assert tree.bearer(id_of("2"), MERGER) == parts[0].id
    assert tree.predecessors(parts[1].id, MERGER) == ()


def test_a_unit_dissolved_without_a_successor_leaves_its_duties_to_nobody() -> None:
    assert UnitTree([a_unit("7", until=MERGER)]).bearer(id_of("7"), MERGER) is None


def test_changes_make_a_new_tree_and_leave_the_old_one_alone() -> None:
    before = UnitTree([a_unit("40", kind="province"), a_unit("415", PROVINCE, kind="district")])
    after = before.with_changes(
        [a_unit("415", PROVINCE, kind="district", until=MERGER), a_unit("16777", PROVINCE, since=MERGER)],
        [a_succession(DISTRICT, COMMUNE)],
    )

    assert before.bearer(DISTRICT, MERGER) == DISTRICT
    assert after.bearer(DISTRICT, MERGER) == COMMUNE
    assert [unit.code for unit in after] == ["16777", "40", "415"]
    assert (len(before), len(after)) == (2, 3)


@pytest.mark.parametrize(
    ("kind", "function", "reporter_kind"),
    [
        ("commune", None, "commune"),
        ("body", "police", "police"),
        ("team", "inspection", "inspection"),
        ("team", None, "team"),
        ("district", "police", "district"),
    ],
)
def test_a_body_reports_as_what_it_does_and_others_as_what_they_are(
    kind: str, function: str | None, reporter_kind: str
) -> None:
    assert a_unit("1", kind=kind, function=function).reporter_kind == reporter_kind


def test_the_layout_is_made_once_between_two_changes() -> None:
    tree = nghe_an()

    assert tree.on(date(2010, 5, 1)) is tree.on(EVE)
    assert tree.on(EVE) is not tree.on(MERGER)


@given(trees(), any_day)
@settings(deadline=None)
def test_a_unit_is_in_a_subtree_exactly_if_its_root_is_among_its_ancestors(tree: UnitTree, day: date) -> None:
    for root in tree:
        members = set(tree.subtree(root.id, day))
        for unit in tree:
            above = {unit.id, *tree.ancestors(unit.id, day)} if unit.exists_on(day) else set()

            assert (unit.id in members) == (root.id in above) == tree.is_within(unit.id, root.id, day)


@given(trees(), any_day)
@settings(deadline=None)
def test_every_subtree_is_a_contiguous_range_made_of_its_children_by_code(tree: UnitTree, day: date) -> None:
    layout = tree.on(day)
    for unit in tree:
        codes = [tree.get(child).code for child in tree.children(unit.id, day)]
        made_of = tuple(below for child in tree.children(unit.id, day) for below in tree.subtree(child, day))

        assert codes == sorted(codes)
        if unit.exists_on(day):
            assert layout.order[layout.span(unit.id).start] == unit.id
            assert tree.subtree(unit.id, day) == (unit.id, *made_of)
        else:
            assert layout.span(unit.id) == range(0)


@given(trees(), any_day)
@settings(deadline=None)
def test_the_layout_holds_each_unit_of_the_day_once(tree: UnitTree, day: date) -> None:
    order = tree.on(day).order

    assert len(order) == len(set(order))
    assert set(order) == {unit.id for unit in tree if unit.exists_on(day)}


@given(trees(), any_day)
@settings(deadline=None)
def test_predecessors_are_exactly_the_units_whose_bearer_a_unit_is(tree: UnitTree, day: date) -> None:
    for bearer in tree:
        followed = {unit.id for unit in tree if unit.id != bearer.id and tree.bearer(unit.id, day) == bearer.id}

        assert set(tree.predecessors(bearer.id, day)) == followed
