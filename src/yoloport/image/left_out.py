"""What an image leaves out of yoloport: it has no container engine, with which to build or start anything.

The verbs that are left out are told by ``cli/app.py``. A test finds that nothing that is kept imports any of it.
"""

from __future__ import annotations

_FOR_AN_ENGINE = (
    "ci",
    "describe",
    "down",
    "image",
    "image_bundle",
    "image_test",
    "logs",
    "render",
    "shell",
    "status",
    "up",
)
_NEEDS_TORCH = ("beside_torch", "convert", "demo", "selftest")
_OF_A_WORKSPACE_FROM_OUTSIDE = (
    *("bring_up", "enter", "render_asked", "render_cdi", "render_compose", "render_docker", "render_kubernetes"),
    *("render_local", "render_scene", "render_systemd", "render_yaml", "start", "stop"),
)
_LOCKS = ("cli", "requirements", "runtime")

WORKSPACE = (
    *("ci", "docs", "image"),
    *(f"cli/{verb}.py" for verb in _FOR_AN_ENGINE),
    *(f"environment/{name}.lock" for name in _LOCKS),
    *(f"workspace/{name}.py" for name in _OF_A_WORKSPACE_FROM_OUTSIDE),
)
"""Folders and files of the package, for the image with torch, whose environment is made."""
RUNTIME = (
    *("ci", "datasets", "docs", "environment", "image", "inside", "measure", "supervise", "workspace"),
    *(f"cli/{verb}.py" for verb in sorted((*_FOR_AN_ENGINE, *_NEEDS_TORCH))),
)
"""The same for the image that only predicts."""

SOURCE_ONLY = ("datasets/*", "inside/convert/*", "inside/demo/*", "inside/selftest/*", "measure/*", "platforms/*/*")
"""What gets no byte code in either: a day's work imports none of it, and verbs that do take far longer than that."""
