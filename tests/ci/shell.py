"""What the tests of all services share: pipelines of a few telling platforms, and the shell that is in a text."""

from __future__ import annotations

from typing import Any

from yoloport.ci.plan import Pipeline, plan
from yoloport.ci.services import SERVICES
from yoloport.platforms.load import load

REGISTRY = "registry.example.com/ai"
TELLING = ("cpu", "ascend", "loongson")
"""No chip beside the processor; a chip and two architectures; a rare processor whose wheels are in a folder."""


def pipeline(platform: str, service: str, registry: str = REGISTRY) -> Pipeline:
    return plan(load(platform), registry, SERVICES[service].traits)


def text(platform: str, service: str, registry: str = REGISTRY) -> str:
    return SERVICES[service].render(pipeline(platform, service, registry))


def scripts(service: str, read: Any) -> dict[str, str]:
    """The shell of each job in a pipeline as YAML reads it."""
    if service == "github":
        return {name: job["steps"][i]["run"] for name, job in read["jobs"].items()
                for i in range(len(job["steps"])) if "run" in job["steps"][i]}  # fmt: skip
    if service == "gitlab":
        return {name: "\n".join(job["script"]) for name, job in read.items() if "script" in (job or ())}
    return {step["name"]: step["script"] for stage in read["stages"] for step in stage["steps"]}
