"""Read YAML files of plans and units as the JSON that the API takes."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from lanhmanh.api import Refused


def read_yaml(path: Path | Traversable) -> dict[str, Any]:
    """Return the content of a YAML file, with days as text.

    Raises:
        Refused: It cannot be read, or is no mapping.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Refused(f"Không đọc được {path}: {error}") from None
    if not isinstance(content, dict):
        raise Refused(f"{path} phải là một ánh xạ YAML (khóa: giá trị).")
    plain: dict[str, Any] = _plain(content)
    return plain


def example_names(kind: str) -> list[str]:
    """Return the names of the committed examples of a kind, `plans` or `units`. That of a plan is its slug."""
    folder = files("examples") / kind
    return sorted(path.name.removesuffix(".yaml") for path in folder.iterdir() if path.name.endswith(".yaml"))


def examples(kind: str) -> list[dict[str, Any]]:
    """Return the committed examples of a kind, `plans` or `units`, by name."""
    return [read_yaml(files("examples") / kind / f"{name}.yaml") for name in example_names(kind)]


def _plain(value: Any) -> Any:
    """Return what YAML read as days as the text that JSON has for them."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
