"""Write the schemas that manifests are checked by, from the packages named below.

Usage: uv run --no-sync --with kubernetes-validate==1.37.0 python -m tools.manifests.vendor

Kept are the kinds that `deploy/k8s` uses, without what has no say in a check: descriptions, and `status`, which
only a cluster writes. Every object refuses fields that its schema does not name.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from tools.generated import as_json, settle

KUBERNETES = "v1.34.0"
"""The release of Kubernetes whose schemas are taken, out of those in the package `kubernetes-validate`."""
OPERATOR = "github.com/prometheus-operator/prometheus-operator@v0.85.0"
"""The Go module with the definitions of its own kinds."""
KINDS = (
    "configmap-v1",
    "deployment-apps-v1",
    "job-batch-v1",
    "namespace-v1",
    "networkpolicy-networking-v1",
    "poddisruptionbudget-policy-v1",
    "service-v1",
    "serviceaccount-v1",
)
"""Kinds of Kubernetes itself, by the names of their files."""
OPERATOR_KINDS = ("prometheusrule", "servicemonitor")
SCHEMAS = Path(__file__).with_name("schemas")

_SILENT = {"description", "$id", "status", "x-kubernetes-group-version-kind"}
_OUTSIDE = "/api/_definitions.json"

Schema = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Write the schemas, or check them."""
    kinds = _kubernetes_kinds() | _operator_kinds()
    return settle({SCHEMAS / f"{name}.json": as_json(schema) for name, schema in kinds.items()}, arguments)


def _kubernetes_kinds() -> dict[str, Schema]:
    # Imported by name only: the package is not among the product's dependencies.
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"{KUBERNETES}-local-strict"
    definitions: Schema = json.loads((folder / "_definitions.json").read_text("utf-8"))["$defs"]
    return {kind: _whole(json.loads((folder / f"{kind}.json").read_text("utf-8")), definitions) for kind in KINDS}


def _whole(schema: Schema, definitions: Schema) -> Schema:
    """Return a schema with all that it refers to in it."""
    found: Schema = {}
    waiting = [schema := _quiet(schema)]
    while waiting:
        for name in sorted(set(_referred(waiting.pop())) - found.keys()):
            found[name] = _quiet(definitions[name])
            waiting.append(found[name])
    text = json.dumps({**schema, "$defs": found}).replace(_OUTSIDE, "")
    whole: Schema = json.loads(text)
    return whole


def _referred(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"].rpartition("/")[2]] if isinstance(part.get("$ref"), str) else []
        return own + [name for value in part.values() for name in _referred(value)]
    if isinstance(part, list):
        return [name for value in part for name in _referred(value)]
    return []


def _operator_kinds() -> dict[str, Schema]:
    go = subprocess.run(["go", "mod", "download", "-json", OPERATOR], capture_output=True, text=True, check=True)
    folder = Path(json.loads(go.stdout)["Dir"], "example", "prometheus-operator-crd")
    kinds = {}
    for kind in OPERATOR_KINDS:
        definition = yaml.safe_load((folder / f"monitoring.coreos.com_{kind}s.yaml").read_text("utf-8"))
        (version,) = (one for one in definition["spec"]["versions"] if one["name"] == "v1")
        schema = _closed(_quiet(version["schema"]["openAPIV3Schema"]))
        # A definition leaves what every object has to the cluster.
        schema["properties"]["metadata"] = {"type": "object"}
        kinds[f"{kind}-monitoring-v1"] = schema
    return kinds


def _quiet(part: Any, *, names: bool = False) -> Any:
    """Return a schema without what has no say; `names` tells that the keys of this part are names of fields."""
    if isinstance(part, list):
        return [_quiet(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = part if names else {key: value for key, value in part.items() if key not in _SILENT}
    shown = {key: _quiet(value, names=key in {"properties", "$defs"} and not names) for key, value in kept.items()}
    if names and {"apiVersion", "kind"} <= shown.keys():
        shown.pop("status", None)
    return shown


def _closed(part: Any) -> Any:
    """Return a schema whose objects refuse unknown fields, as `kubectl` does before it sends them."""
    if isinstance(part, list):
        return [_closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    closed = {key: _closed(value) for key, value in part.items()}
    is_open = closed.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in closed
    if isinstance(closed.get("properties"), dict) and closed.get("type") == "object" and not is_open:
        closed["additionalProperties"] = False
    return closed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
