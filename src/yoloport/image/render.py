"""A platform's Dockerfile, from its template and the same installation steps that a local environment takes."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from yoloport import __version__
from yoloport.environment.plan import Places, TorchSource, steps
from yoloport.errors import Exit, Problem
from yoloport.host import folders
from yoloport.platforms.load import FOLDER
from yoloport.platforms.schema import Platform, Row

WHEEL = f"yoloport-{__version__}-py3-none-any.whl"


class NoTemplate(Problem):
    """The platform has no image yet."""

    exit = Exit.NO_IMAGE

    def __init__(self, platform: str, have: tuple[str, ...]) -> None:
        super().__init__(
            f"there is no image for platform {platform!r} yet; there is one for: {', '.join(have)}",
            "run the workspace as processes of your user: yoloport up --engine local",
            "docs/en/images.md",
        )
        self.platform = platform


@dataclass(frozen=True)
class Recipe:
    """Everything that decides an image's content."""

    platform: Platform
    row: Row
    source: TorchSource
    mirror: str = ""


def places(recipe: Recipe) -> Places:
    """Where the files of the build context lie while the image is built."""
    wheelhouse = "/wheelhouse" if recipe.source.kind == "wheelhouse" else ""
    # A checkout brings its own wheel into the context; an installed yoloport names its version.
    here = folders.checkout() is not None
    own = f"/files/{WHEEL}" if here else f"yoloport=={__version__}"
    return Places("/files/requirements.lock", "/files/pins.txt", own, wheelhouse, recipe.mirror)


def dockerfile(recipe: Recipe, folder: Path = FOLDER) -> str:
    """The Dockerfile's text.

    Raises:
        NoTemplate: the platform's folder has none.
    """
    import jinja2

    template = folder / (recipe.platform.image.like or recipe.platform.name) / "Dockerfile.j2"
    if not template.is_file():
        raise NoTemplate(recipe.platform.name, tuple(sorted(f.parent.name for f in folder.glob("*/Dockerfile.j2"))))
    engine = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701  not HTML
    engine.filters["shell"] = shlex.quote
    return engine.from_string(template.read_text(encoding="utf-8")).render(
        platform=recipe.platform,
        row=recipe.row,
        steps=steps(recipe.row, recipe.source, places(recipe)),
        wheelhouse=recipe.source.kind == "wheelhouse",
        version=__version__,
    )
