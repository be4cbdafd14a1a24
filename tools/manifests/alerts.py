"""Write the alerts for Kubernetes from those for Prometheus, so that there is one text of each.

Usage: python -m tools.manifests.alerts [--check]
"""

from __future__ import annotations

import sys

import yaml

from tools.generated import ROOT, settle

RULES = ROOT / "deploy" / "prometheus" / "rules"
RESOURCE = ROOT / "deploy" / "k8s" / "base" / "alerts.yaml"

_HEAD = "# Written by `make generate` from deploy/prometheus/rules: do not edit.\n"


class _Readable(yaml.SafeDumper):
    """Writes a text of several lines as such."""


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Readable.add_representer(str, _write_text)


def resource() -> str:
    """Return the alerts as the operator of Prometheus takes them."""
    groups = [
        group
        for file in sorted(RULES.glob("*.yml"))
        for group in yaml.safe_load(file.read_text("utf-8"))["groups"]
    ]  # fmt: skip
    document = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "alerts"},
        "spec": {"groups": groups},
    }
    return _HEAD + yaml.dump(document, Dumper=_Readable, allow_unicode=True, sort_keys=False, width=200)


def main(arguments: list[str]) -> int:
    """Write the resource, or check it."""
    return settle({RESOURCE: resource()}, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
