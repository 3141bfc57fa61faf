"""The comment that every pipeline begins with: where it belongs and what must be there before it runs."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterable

from yoloport.ci.plan import Pipeline

_WIDTH = 110
SECRETS = {
    "REGISTRY_READ_USER": "account that may pull from the registry",
    "REGISTRY_READ_TOKEN": "its password",
    "REGISTRY_PUSH_USER": "account that may push to it",
    "REGISTRY_PUSH_TOKEN": "its password",
    "COSIGN_KEY": "private key of `cosign generate-key-pair`, as a file",
    "COSIGN_PASSWORD": "its password",
    "COSIGN_PUBLIC_KEY": "public key, as a file; no secret, but it says whom to believe",
}
"""What a person puts into each."""


def comment(pipeline: Pipeline, service: str, file: str, own: Iterable[tuple[str, str]]) -> list[str]:
    """The comment's lines, without the signs that make them one.

    Args:
        service: the word after ``yoloport ci``.
        file: where the service looks for the pipeline.
        own: what the service adds, as heading and words.
    """
    name, title = pipeline.platform.name, " ".join(pipeline.platform.title["en"].split())
    registry = f" --registry {shlex.quote(pipeline.registry)}" if pipeline.registry else ""
    begin = f"The image for {title}: build, test, scan, sign, push, promote."
    parts = [("Save as", file), ("Made by", f"yoloport ci {service} {name}{registry}"), *own]
    lines = textwrap.wrap(begin, _WIDTH)
    for heading, words in parts:
        lines += textwrap.wrap(f"{heading}: {words}", _WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    return lines


def runners(pipeline: Pipeline, own: bool) -> str:
    """Each label and what the machine must have; ``own``: only those that no service lends."""
    words = [_runner(pipeline, runner.label) for runner in pipeline.runners if runner.own or not own]
    return "; ".join(dict.fromkeys(words))


def _runner(pipeline: Pipeline, label: str) -> str:
    jobs = [job for job in pipeline.jobs if job.runner.label == label]
    tools = dict.fromkeys(tool for job in jobs for tool in job.tools)
    has = ["docker with buildx", *({"python3": "python3 3.10 or newer with venv"}.get(tool, tool) for tool in tools)]
    if any(job.stage == "device" for job in jobs):
        has.insert(0, "the chip and its driver")
    if pipeline.wheelhouse and any(job.stage == "build" for job in jobs):
        has.append("the vendor's wheels in the folder that WHEELHOUSE names")
    return f"{label} ({', '.join(has)})"


def secrets(pipeline: Pipeline) -> str:
    """Each secret and what it holds."""
    return "; ".join(f"{name} ({SECRETS[name]})" for name in pipeline.secrets)


def indent(text: str, by: int) -> list[str]:
    """A script's lines, moved to the right."""
    return [" " * by + line if line else "" for line in text.splitlines()]
