"""The rules of the code that neither imports nor ruff show. Each has a test with a snippet that breaks it."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

FORBIDDEN_NAMES = re.compile(r"^(utils?|help.*|commons?|misc|base|managers?|constants?)$")
"""Such a name says nothing about what is inside: a thing lives with its meaning."""
MOST_LINES = 400
"""A module that is longer tells more than one story."""
TOPIC = re.compile(r"^(lanhmanh\.(plans|reports|tips|referrals)(\.dead)?|vn\.lanhmanh\.\S+)$")
LOG_METHODS = frozenset({"debug", "info", "warning", "error", "critical", "exception"})
ALLOWED_IMPORTS = {
    "kernel": {"kernel"},
    "contracts": {"contracts", "kernel", "pydantic"},
    "services/reports/evaluation": {"services.reports.evaluation", "kernel", "numpy", "numba"},
}
"""What may be imported besides the standard library, by folder."""


class Finding(NamedTuple):
    """A place where a rule is broken."""

    line: int
    text: str


class Module(NamedTuple):
    """A Python file, by its path in the repository."""

    path: PurePosixPath
    source: str
    tree: ast.Module

    def is_in(self, *folders: str) -> bool:
        """Tell whether the file is one of these files, or lies in one of these folders."""
        return any(self.path.is_relative_to(folder) for folder in folders)


Rule = Callable[[Module], Iterator[Finding]]


def telling_name(module: Module) -> Iterator[Finding]:
    """A file is named for what is in it."""
    if FORBIDDEN_NAMES.match(module.path.stem):
        yield Finding(1, f"`{module.path.name}` says nothing about what is in it")


def one_story(module: Module) -> Iterator[Finding]:
    """A module is short enough to be read at once. A suite is a list, and may be longer."""
    if module.is_in("tests"):
        return
    lines = module.source.count("\n")
    if lines > MOST_LINES:
        yield Finding(lines, f"{lines} lines; at most {MOST_LINES}: split it by what it tells")


def refusals_are_problems(module: Module) -> Iterator[Finding]:
    """Only runtime/http knows HTTP exceptions; all else raises named problems (ADR-0005)."""
    if module.is_in("runtime/http", "tools", "tests"):
        return
    for node in ast.walk(module.tree):
        name = node.name if isinstance(node, ast.alias) else getattr(node, "attr", getattr(node, "id", None))
        if name == "HTTPException":
            yield Finding(getattr(node, "lineno", 1), "raise a named problem instead of HTTPException (ADR-0005)")


def log_words_are_constant(module: Module) -> Iterator[Finding]:
    """A log's message is constant, and what varies goes into listed fields: content cannot slip into a text."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=logger, attr=method), args=[first, *_]) if method in LOG_METHODS:
                if _name_of(logger).endswith(("log", "logger")) and not isinstance(first, ast.Constant):
                    yield Finding(node.lineno, "a log's message is constant: put what varies into fields")


def environment_is_config(module: Module) -> Iterator[Finding]:
    """Only settings and the command line read the environment."""
    if module.is_in("lanhmanh", "tools", "tests"):
        return
    for node in ast.walk(module.tree):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "getenv"):
                yield Finding(node.lineno, "read the environment through the settings in `config.py`")
            case ast.ImportFrom(module="os", names=names) if {"environ", "getenv"} & {alias.name for alias in names}:
                yield Finding(node.lineno, "read the environment through the settings in `config.py`")


def topics_are_contracts(module: Module) -> Iterator[Finding]:
    """Topics and event types are written once, in the contracts."""
    if module.is_in("contracts", "tools", "tests"):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and TOPIC.match(node.value):
            yield Finding(node.lineno, f'take "{node.value}" from the contracts')


def runtime_commits(module: Module) -> Iterator[Finding]:
    """One place commits (ADR-0002). A subscription's commit names the message up to which it commits."""
    if module.is_in("runtime/database", "tests"):
        return
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="commit"), args=[], keywords=[]):
                yield Finding(node.lineno, "only runtime/database commits (ADR-0002)")


def pure_imports(module: Module) -> Iterator[Finding]:
    """The pure packages import the standard library and what they are allowed to, by name."""
    for folder, allowed in ALLOWED_IMPORTS.items():
        if module.is_in(folder):
            for line, name in _imports(module.tree):
                if name.partition(".")[0] in sys.stdlib_module_names:
                    continue
                if not any(name == root or name.startswith(f"{root}.") for root in allowed):
                    yield Finding(line, f"{folder} does not import {name}")


RULES: tuple[Rule, ...] = (
    telling_name,
    one_story,
    refusals_are_problems,
    log_words_are_constant,
    environment_is_config,
    topics_are_contracts,
    runtime_commits,
    pure_imports,
)


def _name_of(node: ast.expr) -> str:
    """Return the last name of an expression: `_log` of `self._log`."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=str(name)):
                yield node.lineno, name
