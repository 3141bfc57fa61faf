"""A platform's Dockerfile, from the template and the same installation steps that a local environment takes."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yoloport import __version__
from yoloport.environment.plan import Places, Step, TorchSource, steps
from yoloport.host import folders
from yoloport.image import left_out, runtime
from yoloport.image.mirrors import Mirrors
from yoloport.image.system import from_mirror, system_of
from yoloport.platforms.load import folder_of
from yoloport.platforms.schema import Base, Platform, Row

WHEEL = f"yoloport-{__version__}-py3-none-any.whl"
CONTEXT = Path(__file__).with_name("context")
"""Scripts that a build runs, and leaves behind."""
TEMPLATES = Path(__file__).with_name("templates")
IMPORTED = (
    "torch.utils.data",
    "torch.utils.tensorboard",
    "torch.distributed.run",
    "torch.onnx",
    "torchvision",
    "ultralytics.engine.trainer",
    "ultralytics.engine.exporter",
    "ultralytics.engine.tuner",
    "ultralytics.models.yolo",
    "ultralytics.utils.plotting",
    "ultralytics.trackers",
    "jupyterlab.labapp",
    "jupyter_server_proxy",
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "tensorboard.main",
    "onnx",
    "onnxslim",
    "onnxruntime",
    "matplotlib.pyplot",
    "polars",
    "nbconvert.exporters",
    "jedi",
    "IPython.terminal.interactiveshell",
    "typer",
    "pip._internal.commands.install",
)
"""What a workspace imports in a day's work: these get byte code."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides an image's content."""

    platform: Platform
    row: Row
    source: TorchSource
    base: Base
    mirrors: Mirrors = field(default_factory=Mirrors)
    chip: str = ""
    system: str = ""
    kind: str = "workspace"


def places(recipe: Recipe) -> Places:
    """Where the files of the build context lie while the image is built."""
    wheelhouse = "/wheelhouse" if recipe.source.kind == "wheelhouse" and not recipe.base.brings else ""
    # A checkout brings its own wheel into the context; an installed yoloport names its version.
    here = folders.checkout() is not None
    own = f"/files/{WHEEL}" if here else f"yoloport=={__version__}"
    return Places("/files/requirements.lock", "/files/pins.txt", own, wheelhouse, recipe.mirrors.packages)


def dockerfile(recipe: Recipe, mounted: str = "", templates: Path = TEMPLATES) -> str:
    """The Dockerfile's text; a platform's own ``Dockerfile.j2`` may extend the one for all.

    Args:
        recipe: what decides the content.
        mounted: a digest of the files beside it that its last step mounts.
        templates: the folder of the ones for all platforms.
    """
    import jinja2

    own = folder_of(recipe.platform.name)
    engine = jinja2.Environment(
        loader=jinja2.FileSystemLoader([own, templates]),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  not HTML
    )
    engine.filters["shell"] = shlex.quote
    of_its_own = recipe.kind == "workspace" and (own / "Dockerfile.j2").is_file()
    special = _runtime(recipe) if recipe.kind == "runtime" else _workspace(recipe)
    return engine.get_template("Dockerfile.j2" if of_its_own else f"{recipe.kind}.j2").render(
        platform=recipe.platform,
        base=recipe.base,
        pin_note=_pin_note(recipe.base),
        command=command(recipe),
        system_mirror=from_mirror(system_of(recipe.base), recipe.mirrors.system),
        index=("--index-url", recipe.mirrors.packages) if recipe.mirrors.packages else (),
        wheelhouse=bool(places(recipe).wheelhouse),
        version=__version__,
        own_wheel=WHEEL if folders.checkout() else "",
        mounted=mounted,
        source_only=left_out.SOURCE_ONLY,
        **special,
    )


def _pin_note(base: Base) -> str:
    """Where the digest of the base comes from, or that none is known."""
    if not base.digest:
        return "The base goes by its tag: no source gives a digest of it."
    return f"{base.ref} by its digest, the same from every mirror. Source: {base.digest.source}."


def _workspace(recipe: Recipe) -> dict[str, Any]:
    told = {"torch": _torch_words(recipe), "pinned": _pinned(recipe.row), "left_out": left_out.WORKSPACE}
    return {**told, "steps": _steps(recipe), "imported": IMPORTED, "system": system_of(recipe.base)}


def _runtime(recipe: Recipe) -> dict[str, Any]:
    python, where = recipe.platform.image.python, places(recipe)
    wheels = ("--find-links", where.wheelhouse) if where.wheelhouse else ()
    return {
        "python": python,
        "system": runtime.packages(python),
        "system_amd64": runtime.SYSTEM_AMD64,
        "system_all": runtime.SYSTEM_ALL,
        "tags": runtime.WHEEL_TAGS,
        "site": runtime.site(python),
        "wheels": wheels,
        "own": WHEEL,
        "left_out": left_out.RUNTIME,
    }


def command(recipe: Recipe) -> str:
    """What the user typed to get this text."""
    kind = "" if recipe.kind == "workspace" else recipe.kind
    options = (("--kind", kind), ("--chip", recipe.chip), ("--os", recipe.system), ("--mirror", recipe.mirrors.said))
    said = [word for option, value in options if value for word in (option, shlex.quote(value))]
    return " ".join(["yoloport image render", recipe.platform.name, *said])


def _torch_words(recipe: Recipe) -> str:
    row, plugin = recipe.row, f" with {recipe.row.plugin}" if recipe.row.plugin else ""
    return f"the base's own torch ({row.torch}{plugin})" if recipe.base.brings else f"torch {row.torch}{plugin}"


def _steps(recipe: Recipe) -> list[Step]:
    """Where the base brings torch, everything but torch is installed."""
    every = steps(recipe.row, recipe.source, places(recipe))
    return [every[0], every[-1]] if recipe.base.brings else list(every)


def _pinned(row: Row) -> list[str]:
    return [f"torch=={row.torch}", f"torchvision=={row.torchvision}", *([row.plugin] if row.plugin else [])]
