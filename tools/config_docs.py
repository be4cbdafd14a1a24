"""Write docs/config.md: every setting with its type, its default and its meaning, from the classes that read them.

Usage: python -m tools.config_docs [--check]
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from gateway.settings import GatewaySettings
from lanhmanh.commands.serve import GatewayConfig
from runtime.config import ServiceConfig
from tools.generated import ROOT, settle
from tools.unstarted import service_names, settings_of

COMMAND_LINE = {
    "LANHMANH_DATA": (
        "`var`",
        "Folder of all that `make up` and `up-cluster` keep, and where other commands look for it.",
    ),
    "LANHMANH_ENV": ("`development`", "`production` forbids the development issuer."),
    "LANHMANH_ISSUER": ("", "Address under which others reach `lanhmanh serve issuer`; by default its own."),
    "LANHMANH_KEY_FILE": ("", "Key file that `lanhmanh keys` changes; by default the one in `LANHMANH_DATA`."),
    "LANHMANH_LANGUAGE": ("`vi`", "Language of the product's answers on the terminal: `vi` or `en`."),
    "LANHMANH_PORT": ("`8000`", "Port of `make up`, and of the gateway of `make up-cluster`."),
    "LANHMANH_TOKEN": ("", "Token of the caller; by default one of the development issuer in `LANHMANH_DATA`."),
    "LANHMANH_URL": ("", "Address of the product; by default that of the one that runs on `LANHMANH_DATA`."),
}
"""What the command line reads: default and meaning."""

KINDS = {
    str: "text",
    int: "integer",
    float: "number",
    bool: "`true`, `false`",
    dict: "JSON object",
    tuple: "JSON list",
    Path: "path",
    SecretStr: "secret",
}
"""What is to be written for each type."""

HEAD = """\
# Settings

<!-- Written by `make generate` from the code: do not edit. -->

All settings come from the environment. A value that does not fit stops the start, and the message names the setting.

## Command line
"""


class Setting(NamedTuple):
    """One row of a table."""

    name: str
    kind: str
    default: str
    meaning: str


def settings(model: type[BaseModel], prefix: str) -> Iterator[Setting]:
    """Yield a class's settings in their order; those of a group within it by their full names."""
    meanings = _docstrings(model)
    for name, field in model.model_fields.items():
        full = f"{prefix}{name}".upper()
        group = _group(field.annotation)
        if group is None:
            yield Setting(full, _kind(field), _default(field), meanings.get(name, ""))
        else:
            yield from settings(group, f"{full}__")


def undocumented(package: Path) -> set[str]:
    """Return the environment variables that a package reads and `COMMAND_LINE` does not explain."""
    text = "\n".join(file.read_text("utf-8") for file in package.rglob("*.py"))
    read = set(re.findall(r"environ(?:\.get\(|\[)\"(LANHMANH_\w+)\"", text))
    return read - COMMAND_LINE.keys()


def page() -> str:
    """Return the document."""
    parts = [HEAD, _table(Setting(name, "text", *words) for name, words in COMMAND_LINE.items())]
    common = list(settings(ServiceConfig, "LANHMANH_"))
    parts += ["\n## Every service that runs as a process of its own\n", _table(common)]
    for service in service_names():
        own = [setting for setting in settings(settings_of(service), "LANHMANH_") if setting not in common]
        parts += [f"\n## {service}\n\nBesides those of every service, or with another default.\n", _table(own)]
    own = [setting for setting in settings(GatewayConfig, "LANHMANH_") if setting not in common]
    limits = settings(GatewaySettings, str(GatewaySettings.model_config["env_prefix"]))
    parts += ["\n## gateway\n\nBesides those of every service.\n", _table([*own, *limits])]
    return "".join(parts)


def main(arguments: list[str]) -> int:
    """Write the document, or check it."""
    for name in sorted(undocumented(ROOT / "lanhmanh")):
        print(f"{name} is read by the command line and not explained in tools/config_docs.py", file=sys.stderr)
        return 1
    return settle({ROOT / "docs" / "config.md": page()}, arguments)


def _table(rows: Iterator[Setting] | list[Setting]) -> str:
    lines = [f"| `{row.name}` | {row.kind} | {row.default} | {row.meaning} |\n" for row in rows]
    return "\n| Setting | Type | Default | Meaning |\n|---|---|---|---|\n" + "".join(lines)


def _group(annotation: Any) -> type[BaseModel] | None:
    """Return the class of a group of settings, also of one that may be absent."""
    for part in _members(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel) and not issubclass(part, BaseSettings):
            return part
    return None


def _members(annotation: Any) -> tuple[Any, ...]:
    """Return the types that a setting may have, without what is only said about them."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _members(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return tuple(member for part in get_args(annotation) if part is not NoneType for member in _members(part))
    return (annotation,)


def _kind(field: FieldInfo) -> str:
    parts = [_words_for(part) for part in _members(field.annotation)]
    return ", ".join(parts + [_bound(limit) for limit in field.metadata])


def _words_for(part: Any) -> str:
    if get_origin(part) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(part))
    return KINDS[get_origin(part) or part]


def _bound(limit: object) -> str:
    match limit:
        case Gt(gt=bound):
            return f"> {bound}"
        case Ge(ge=bound):
            return f"≥ {bound}"
        case Lt(lt=bound):
            return f"< {bound}"
        case Le(le=bound):
            return f"≤ {bound}"
    raise TypeError(f"{limit!r} has no words yet")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    match field.get_default(call_default_factory=True, validated_data={}):
        case None | "" | {}:
            return ""
        case SecretStr() as secret:
            return secret.get_secret_value()
        case bool(answer):
            return f"`{str(answer).lower()}`"
        case tuple(values):
            return f"`{list(values)}`"
        case value:
            return f"`{value}`"


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstrings below a class's fields, those of the classes it extends included."""
    found: dict[str, str] = {}
    for owner in reversed(model.__mro__):
        if issubclass(owner, BaseModel) and owner not in (BaseModel, BaseSettings):
            (definition,) = ast.parse(dedent(inspect.getsource(owner))).body
            found |= dict(_described(definition))
    return found


def _described(definition: ast.stmt) -> Iterator[tuple[str, str]]:
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    for field, text in pairwise(body):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                yield name, " ".join(words.split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
