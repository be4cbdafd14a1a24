"""The synthetic years of tips: deterministic, in the order of a tip's life, by units that exist."""

from __future__ import annotations

import itertools
from collections import defaultdict

import pytest

from contracts.events.tips import Category
from examples.tip_year import TipAct, TipActKind, TipScripts, read_tip_scripts, tip_year
from kernel.clock import legal_day, start_of
from kernel.units import UnitTree
from tests.examples.example_files import EXAMPLES, example_tree, issued_plan

COME = (TipActKind.SEND, TipActKind.ENTER)
NEXT = {
    TipActKind.SEND: {TipActKind.CLASSIFY},
    TipActKind.ENTER: {TipActKind.CLASSIFY},
    TipActKind.CLASSIFY: {TipActKind.NOTIFY, TipActKind.ASSIGN, TipActKind.TRANSFER},
    TipActKind.NOTIFY: {TipActKind.ASSIGN, TipActKind.TRANSFER},
    TipActKind.ASSIGN: {TipActKind.RESOLVE},
    TipActKind.TRANSFER: {TipActKind.CLASSIFY},
    TipActKind.RESOLVE: {TipActKind.CLOSE},
    TipActKind.CLOSE: set(),
}


def scripts() -> TipScripts:
    return read_tip_scripts((EXAMPLES / "sample-tips.yaml").read_text(encoding="utf-8"))


def year(slug: str, tree: UnitTree) -> tuple[TipAct, ...]:
    return tip_year(issued_plan(slug), tree, scripts().plans[slug], scripts())


every_plan = pytest.mark.parametrize("slug", list(scripts().plans))


def test_there_are_tips_for_every_plan_that_promises_something_about_them() -> None:
    promising = {
        path.stem
        for path in (EXAMPLES / "plans").glob("*.yaml")
        if any(one.source == "tips" for one in issued_plan(path.stem).indicators)
    }

    assert set(scripts().plans) == promising
    assert scripts().synthetic


@every_plan
def test_the_same_seed_tells_the_same_year_in_time_order(slug: str) -> None:
    acts = year(slug, example_tree())

    assert acts == year(slug, example_tree())
    assert [act.at for act in acts] == sorted(act.at for act in acts)
    assert acts[0].at >= start_of(issued_plan(slug).effective_on)


@every_plan
def test_each_tip_comes_once_and_its_steps_follow_each_other(slug: str) -> None:
    of_tip = defaultdict(list)
    for act in year(slug, example_tree()):
        of_tip[act.tip].append(act.kind)

    assert len(of_tip) == sum(scripts().plans[slug].received.values())
    for kinds in of_tip.values():
        assert kinds[0] in COME
        assert all(later in NEXT[earlier] for earlier, later in itertools.pairwise(kinds))


@every_plan
def test_whoever_acts_exists_on_that_day_and_so_does_whoever_is_named(slug: str) -> None:
    tree = example_tree()
    for act in year(slug, tree):
        assert tree.find(act.by, legal_day(act.at)) is not None
        if act.kind in {TipActKind.ASSIGN, TipActKind.TRANSFER}:
            assert tree.find(act.body["to"], legal_day(act.at)) is not None


@every_plan
def test_what_is_sent_says_that_it_is_made_up(slug: str) -> None:
    contents = [act.body["content"]["summary"] for act in year(slug, example_tree()) if act.kind in COME]

    assert all("giả lập" in content for content in contents)
    assert {one for act in year(slug, example_tree()) if "category" in act.body for one in [act.body["category"]]} <= {
        category.value for category in Category
    }
