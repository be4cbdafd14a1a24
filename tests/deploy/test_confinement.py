"""No container can do more than it must: not root, nothing to gain, a file system that stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.deploy.written import Resource, compose, dockerfile, of_kind

WRITABLE = {"/tmp", "/var/lib/lanhmanh"}  # noqa: S108  mounts in containers


def templates(resources: list[Resource]) -> Iterator[Resource]:
    for one in of_kind(resources, "Deployment", "Job"):
        yield one["spec"]["template"]["spec"]


def containers(resources: list[Resource]) -> Iterator[Resource]:
    for template in templates(resources):
        yield from (*template.get("initContainers", ()), *template["containers"])


def test_the_namespace_admits_only_restricted_pods(resources: list[Resource]) -> None:
    (namespace,) = of_kind(resources, "Namespace")

    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_every_pod_is_restricted_as_pod_security_defines_it(resources: list[Resource]) -> None:
    for template in templates(resources):
        security = template["securityContext"]

        assert security["runAsNonRoot"] is True
        assert security["runAsUser"] > 0
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not template.keys() & {"hostNetwork", "hostPID", "hostIPC"}
        assert all(volume.keys() & {"emptyDir", "secret", "configMap"} for volume in template["volumes"])
    for container in containers(resources):
        security = container["securityContext"]

        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"] == {"drop": ["ALL"]}


def test_no_pod_holds_a_token_of_the_cluster(resources: list[Resource]) -> None:
    assert all(template["automountServiceAccountToken"] is False for template in templates(resources))
    assert all(template["serviceAccountName"] != "default" for template in templates(resources))


def test_every_container_has_a_fixed_file_system_and_limits(resources: list[Resource]) -> None:
    for container in containers(resources):
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["resources"]["limits"].keys() == {"cpu", "memory"}
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}


def test_what_is_mounted_is_read_only_but_for_what_is_made_there(resources: list[Resource]) -> None:
    writable = {
        mount["mountPath"]
        for container in containers(resources)
        for mount in container["volumeMounts"]
        if not mount.get("readOnly")
    }

    assert writable == WRITABLE


def test_keys_reach_the_service_as_files_that_only_its_own_group_can_read(resources: list[Resource]) -> None:
    mounted = [
        (template["securityContext"]["fsGroup"], volume["secret"]["defaultMode"])
        for template in templates(resources)
        for volume in template["volumes"]
        if volume["name"] == "files"
    ]

    assert mounted == [(10001, 0o440)] * 2


def test_liveness_never_depends_on_others(resources: list[Resource]) -> None:
    for one in of_kind(resources, "Deployment"):
        (container,) = one["spec"]["template"]["spec"]["containers"]
        paths = {
            probe: container[probe]["httpGet"]["path"]
            for probe in ("startupProbe", "livenessProbe", "readinessProbe")
        }  # fmt: skip

        assert paths == {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}


def test_the_image_runs_as_a_numbered_user_who_is_not_root_and_is_the_one_of_kubernetes(
    resources: list[Resource],
) -> None:
    final = dockerfile().rpartition("\nFROM ")[2]
    (user,) = re.findall(r"^USER (\d+):\d+$", final, re.MULTILINE)

    assert {template["securityContext"]["runAsUser"] for template in templates(resources)} == {int(user)}


def test_the_image_has_nothing_left_that_builds_or_installs() -> None:
    final = dockerfile().rpartition("\nFROM ")[2]

    assert re.search(r"pip uninstall .*\bpip\b", final)
    assert not re.search(r"apt|uv sync|pip install|gcc", final)


def test_in_compose_the_product_is_confined_alike() -> None:
    for container in compose()["services"].values():
        if container["image"].startswith("lanhmanh"):
            assert container["read_only"] is True
            assert container["cap_drop"] == ["ALL"]
            assert container["security_opt"] == ["no-new-privileges:true"]
