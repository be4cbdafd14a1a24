"""Each rule of the lint finds a snippet that breaks it, and leaves alone one that does not."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath

import pytest

from tools import lint_rules
from tools.lint_rules import RULES, Module, Rule

BROKEN: list[tuple[Rule, str, str]] = [
    (lint_rules.telling_name, "services/plans/domain/utils.py", ""),
    (lint_rules.telling_name, "runtime/helpers.py", ""),
    (lint_rules.telling_name, "kernel/constants.py", ""),
    (lint_rules.one_story, "kernel/clock.py", "x = 1\n" * 401),
    (lint_rules.refusals_are_problems, "services/plans/api/plans.py", "from fastapi import HTTPException"),
    (lint_rules.refusals_are_problems, "gateway/app.py", "raise starlette.exceptions.HTTPException(404)"),
    (lint_rules.log_words_are_constant, "runtime/relay.py", "self._log.info(f'sent {count}')"),
    (lint_rules.log_words_are_constant, "runtime/relay.py", "logger.error('failed: ' + text)"),
    (lint_rules.environment_is_config, "services/plans/wiring.py", "import os\nos.environ['HOME']"),
    (lint_rules.environment_is_config, "gateway/app.py", "from os import getenv"),
    (lint_rules.topics_are_contracts, "services/reports/wiring.py", "topic = 'lanhmanh.plans'"),
    (lint_rules.topics_are_contracts, "runtime/relay.py", "kind = 'vn.lanhmanh.plans.plan.issued.v1'"),
    (lint_rules.runtime_commits, "services/plans/usecases/issue_plan.py", "await connection.commit()"),
    (lint_rules.pure_imports, "kernel/clock.py", "import numpy"),
    (lint_rules.pure_imports, "contracts/plan.py", "from fastapi import FastAPI"),
    (lint_rules.pure_imports, "services/reports/evaluation/status.py", "from contracts.plan import Plan"),
]
KEPT: list[tuple[Rule, str, str]] = [
    (lint_rules.telling_name, "services/plans/domain/unit_changes.py", ""),
    (lint_rules.one_story, "kernel/clock.py", "x = 1\n" * 400),
    (lint_rules.one_story, "tests/kernel/test_clock.py", "x = 1\n" * 401),
    (lint_rules.refusals_are_problems, "runtime/http/app.py", "from starlette.exceptions import HTTPException"),
    (lint_rules.log_words_are_constant, "runtime/relay.py", "self._log.info('sent', count=count)"),
    (lint_rules.log_words_are_constant, "runtime/relay.py", "catalogue.info(name)"),
    (lint_rules.environment_is_config, "lanhmanh/folder.py", "import os\nos.environ['LANHMANH_DATA']"),
    (lint_rules.environment_is_config, "gateway/app.py", "import os\nos.getpid()"),
    (lint_rules.topics_are_contracts, "contracts/events/plans.py", "TOPIC = 'lanhmanh.plans'"),
    (lint_rules.topics_are_contracts, "gateway/app.py", "'''Reads the topic lanhmanh.plans.'''"),
    (lint_rules.runtime_commits, "runtime/database/database.py", "await connection.commit()"),
    (lint_rules.runtime_commits, "runtime/consumer.py", "await subscription.commit(messages[-1])"),
    (lint_rules.pure_imports, "kernel/clock.py", "import re\nfrom kernel.problems import Problem"),
    (lint_rules.pure_imports, "services/reports/board/board.py", "import sqlalchemy"),
]


def a_module(path: str, source: str) -> Module:
    return Module(PurePosixPath(path), source, ast.parse(source))


@pytest.mark.parametrize(("rule", "path", "source"), BROKEN)
def test_rule_finds_what_breaks_it(rule: Rule, path: str, source: str) -> None:
    assert len(list(rule(a_module(path, source)))) == 1


@pytest.mark.parametrize(("rule", "path", "source"), KEPT)
def test_rule_leaves_alone_what_keeps_it(rule: Rule, path: str, source: str) -> None:
    assert list(rule(a_module(path, source))) == []


def test_every_rule_is_tried_both_ways() -> None:
    assert {rule for rule, *_ in BROKEN} == {rule for rule, *_ in KEPT} == set(RULES)
