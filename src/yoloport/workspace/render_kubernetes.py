"""A plan as Kubernetes objects: the device plug-in brings the cards, nothing is privileged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from yoloport.errors import Exit, Problem
from yoloport.platforms.schema import UNSOURCED, Platform
from yoloport.workspace.plan import INSIDE_PORT, INSIDE_SSH_PORT, STOP_SECONDS, Plan
from yoloport.workspace.render_engine import container_name
from yoloport.workspace.render_yaml import comment, document

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "loongarch64": "loong64"}
_QUANTITY = re.compile(r"[1-9][0-9]*(\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_DOTTED = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_RESOURCE = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?/[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")


@dataclass(frozen=True)
class Cluster:
    """What a cluster's owner decides. ``resource`` empty: the first that the catalogue has for the platform."""

    namespace: str = ""
    storage_class: str = ""
    size: str = "20Gi"
    resource: str = ""
    cards: int = 1
    public_key: str = ""
    """The text of an SSH public key; empty for no SSH."""


class NoResource(Problem):
    """No device plug-in is known for the platform."""

    exit = Exit.NO_DEVICE

    def __init__(self, platform: str) -> None:
        super().__init__(
            f"no source gives the resource of a Kubernetes device plug-in for platform {platform!r}",
            "name the one that your cluster has: --resource VENDOR.example/NAME (kubectl describe node shows it); "
            "or without Kubernetes: yoloport render compose, docker, systemd or cdi",
            "docs/en/render.md",
        )
        self.platform = platform


class BadClusterWord(Problem):
    """A name or a size that a cluster would refuse."""

    exit = Exit.USAGE

    def __init__(self, option: str, value: str, such_as: str) -> None:
        super().__init__(
            f"{option} {value!r} is nothing that Kubernetes takes", f"such as: {option} {such_as}", "docs/en/render.md"
        )
        self.option, self.value = option, value


def resource(platform: Platform, asked: str = "") -> str:
    """The resource that a Pod asks for; empty for a processor.

    Raises:
        NoResource: none is known, and none was named.
        BadClusterWord: what was named is no resource.
    """
    if asked:
        _require("--resource", asked, _RESOURCE, "vendor.example/card")
        return asked
    if platform.kind == "processor":
        return ""
    known = [name for name in platform.container.kubernetes if name != UNSOURCED]
    if not known:
        raise NoResource(platform.name)
    return known[0]


def kubernetes(plan: Plan, platform: Platform, cluster: Cluster, told: Sequence[str] = ()) -> str:
    """A claim, a Deployment of one Pod and a Service, and a ConfigMap where there is a key, as one YAML stream.

    Raises:
        NoResource, BadClusterWord.
    """
    if cluster.namespace:
        _require("--namespace", cluster.namespace, _LABEL, "vision")
    if cluster.storage_class:
        _require("--storage-class", cluster.storage_class, _DOTTED, "standard")
    _require("--size", cluster.size, _QUANTITY, "20Gi")
    asked = resource(platform, cluster.resource)
    objects = [_claim(plan, cluster), _deployment(plan, platform, cluster, asked), _service(plan, cluster)]
    if cluster.public_key:
        data = {"authorized_keys": cluster.public_key.strip() + "\n"}
        objects.insert(0, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": _meta(plan, cluster), "data": data})
    return comment(_words(plan, platform, cluster, asked, told)) + "---\n".join(map(document, objects))


def _require(option: str, value: str, pattern: re.Pattern[str], such_as: str) -> None:
    if not pattern.fullmatch(value):
        raise BadClusterWord(option, value, such_as)


def _words(plan: Plan, platform: Platform, cluster: Cluster, asked: str, told: Sequence[str]) -> list[str]:
    name = container_name(plan.name)
    ctl = f"kubectl --namespace {cluster.namespace}" if cluster.namespace else "kubectl"
    lines = [
        f"Workspace {plan.name} on platform {plan.platform}. Start: {ctl} apply -f FILE",
        f"Reach: {ctl} port-forward service/{name} 8888:http   then http://127.0.0.1:8888/lab?token=TOKEN",
        f"TOKEN: {ctl} exec deployment/{name} -- cat /data/.yoloport/{plan.name}/token",
        f"Image: the nodes have to get {plan.image}; name one in your registry with --image.",
    ]
    if cluster.namespace:
        lines.append(f"The namespace is not made: kubectl create namespace {cluster.namespace}")
    others = [one for one in platform.container.kubernetes if one not in (asked, UNSOURCED)]
    if asked:
        other = f"; other plug-ins and chips have: {' '.join(others)} (--resource NAME)" if others else ""
        lines.append(f"Resource of the device plug-in: {asked}{other}")
    if asked and platform.container.mounts:
        files = " ".join(platform.container.mounts)
        lines.append(f"The plug-in or the vendor's runtime brings the driver's files; the stack wants: {files}")
    if asked and not plan.groups and (platform.container.node_group or platform.container.groups):
        lines.append(
            "If the nodes belong to a group, add its number to supplementalGroups (stat -c %g NODE on a node)."
        )
    lines += [f"Not in a Pod by these words, ask the cluster's owner: {one}" for one in _beyond(plan)]
    return [*lines, *told]


def _beyond(plan: Plan) -> list[str]:
    """Options of the engine that a Pod without privileges cannot have."""
    kept = ("--shm-size=", "--security-opt=seccomp=")
    return [option for option in plan.options if not option.startswith(kept)]


def _meta(plan: Plan, cluster: Cluster) -> dict[str, Any]:
    found: dict[str, Any] = {"name": container_name(plan.name)}
    found |= {"namespace": cluster.namespace} if cluster.namespace else {}
    return found | {"labels": {**_selector(plan), "app.kubernetes.io/component": "workspace"}}


def _selector(plan: Plan) -> dict[str, str]:
    return {"app.kubernetes.io/name": "yoloport", "app.kubernetes.io/instance": plan.name}


def _claim(plan: Plan, cluster: Cluster) -> dict[str, Any]:
    spec: dict[str, Any] = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": cluster.size}}}
    spec |= {"storageClassName": cluster.storage_class} if cluster.storage_class else {}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": _meta(plan, cluster), "spec": spec}


def _service(plan: Plan, cluster: Cluster) -> dict[str, Any]:
    ports = [{"name": "http", "port": INSIDE_PORT, "targetPort": "http"}]
    ports += [{"name": "ssh", "port": INSIDE_SSH_PORT, "targetPort": "ssh"}] if cluster.public_key else []
    spec = {"type": "ClusterIP", "selector": _selector(plan), "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": _meta(plan, cluster), "spec": spec}


def _deployment(plan: Plan, platform: Platform, cluster: Cluster, asked: str) -> dict[str, Any]:
    spec = {
        "replicas": 1,
        # Two Pods would write into the same volume: the old one goes first.
        "strategy": {"type": "Recreate"},
        "selector": {"matchLabels": _selector(plan)},
        "template": {
            "metadata": {"labels": {**_selector(plan), "app.kubernetes.io/component": "workspace"}},
            "spec": _pod(plan, platform, cluster, asked),
        },
    }
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": _meta(plan, cluster), "spec": spec}


def _pod(plan: Plan, platform: Platform, cluster: Cluster, asked: str) -> dict[str, Any]:
    chips = sorted(_ARCHITECTURES[name] for name in platform.architectures if name in _ARCHITECTURES)
    volumes: list[dict[str, Any]] = [
        {"name": "data", "persistentVolumeClaim": {"claimName": container_name(plan.name)}},
        {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": f"{_shm_mb(plan)}Mi"}},
    ]
    if cluster.public_key:
        volumes.append({"name": "key", "configMap": {"name": container_name(plan.name)}})
    return {
        **({"nodeSelector": {"kubernetes.io/arch": chips[0]}} if len(chips) == 1 else {}),
        "securityContext": _security(plan),
        "automountServiceAccountToken": False,
        # A Service named yoloport would set YOLOPORT_PORT=tcp://… in every Pod beside it, which is a setting of ours.
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": STOP_SECONDS + 20,
        "containers": [_container(plan, cluster, asked)],
        "volumes": volumes,
    }


def _security(plan: Plan) -> dict[str, Any]:
    open_calls = "--security-opt=seccomp=unconfined" in plan.options
    return {
        "runAsNonRoot": True,
        "runAsUser": plan.user.uid,
        "runAsGroup": plan.user.gid,
        "fsGroup": plan.user.gid,
        # Once, on the empty volume: later it would open the host key to the group, and sshd would refuse it.
        "fsGroupChangePolicy": "OnRootMismatch",
        **({"supplementalGroups": list(plan.groups)} if plan.groups else {}),
        "seccompProfile": {"type": "Unconfined" if open_calls else "RuntimeDefault"},
    }


def _container(plan: Plan, cluster: Cluster, asked: str) -> dict[str, Any]:
    mounts: list[dict[str, Any]] = [{"name": "data", "mountPath": "/data"}, {"name": "shm", "mountPath": "/dev/shm"}]  # noqa: S108
    ports = [{"name": "http", "containerPort": INSIDE_PORT}]
    if cluster.public_key:
        ports.append({"name": "ssh", "containerPort": INSIDE_SSH_PORT})
        path = "/etc/yoloport/authorized_keys"
        mounts.append({"name": "key", "mountPath": path, "subPath": "authorized_keys", "readOnly": True})
    return {
        "name": "workspace",
        "image": plan.image,
        "imagePullPolicy": "IfNotPresent",
        "ports": ports,
        "env": [{"name": name, "value": value} for name, value in plan.environment],
        **({"resources": {"limits": {asked: cluster.cards}}} if asked else {}),
        "securityContext": {
            "privileged": False,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
        # /api is open: it needs no token.
        "startupProbe": _probe(period=5, failures=36),
        "readinessProbe": _probe(period=10, failures=3),
        # Slow to give up: a restart would end a training.
        "livenessProbe": _probe(period=30, failures=10),
        "volumeMounts": mounts,
    }


def _probe(period: int, failures: int) -> dict[str, Any]:
    return {
        "httpGet": {"path": "/api", "port": "http"},
        "periodSeconds": period,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }


def _shm_mb(plan: Plan) -> int:
    """The shared memory that the plan asks for, in MB."""
    sizes = (option.removeprefix("--shm-size=") for option in plan.options if option.startswith("--shm-size="))
    return int(next(sizes).removesuffix("m"))
