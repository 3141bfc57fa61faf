"""A plan as a shell script around the engine's exact command."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from yoloport.host.engine import Engine
from yoloport.workspace import render_engine
from yoloport.workspace.plan import Plan
from yoloport.workspace.render_yaml import comment


def script(plan: Plan, engine: Engine, told: Sequence[str] = ()) -> str:
    """A POSIX shell script, one option a line, that makes the data folder and starts the workspace.

    Args:
        told: what could not be known, as :func:`yoloport.workspace.render_scene.gaps` says it.
    """
    name, client = render_engine.container_name(plan.name), shlex.quote(engine.client)
    head = comment([f"Workspace {plan.name} on platform {plan.platform}. Start: sh FILE", *told, *after(plan, client)])
    again = f"{client} rm --force {name} >/dev/null 2>&1 || :  # one that has stopped"
    return f"#!/bin/sh\n{head}set -eu\n{again}\n{render_engine.paste(plan, engine)}\n"


def after(plan: Plan, client: str) -> list[str]:
    """How to get in and how to stop, for a comment."""
    name, port = render_engine.container_name(plan.name), plan.ports[0]
    scheme = "https" if plan.expose else "http"
    return [
        f"Open:  {scheme}://127.0.0.1:{port.host}/lab?token=TOKEN",
        f"TOKEN: {client} exec {name} cat /data/.yoloport/{plan.name}/token",
        f"Stop:  {client} stop {name}",
    ]
