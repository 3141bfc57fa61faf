"""``yoloport image``: render and build a platform's image."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from yoloport.host.engine import Engine
    from yoloport.image.render import Recipe

app = typer.Typer(help="The image that a workspace starts from.", no_args_is_help=True)
Wheelhouse = Annotated[Path | None, typer.Option(help="Folder of wheels that comes before any index.")]
Mirror = Annotated[str, typer.Option(help="Package index to use in place of pip's own.")]


@app.command()
def render(platform: str, wheelhouse: Wheelhouse = None, mirror: Mirror = "") -> None:
    """Print the Dockerfile.

    Examples:

        yoloport image render cpu

        yoloport image render cpu --mirror https://mirror.example/simple > Dockerfile
    """
    from yoloport.cli import present
    from yoloport.image.render import dockerfile

    with present.problems():
        # No network is asked: the text says what would be done where the row's own index answers.
        print(dockerfile(_recipe(platform, wheelhouse, mirror, ask_network=False)), end="")


@app.command()
def build(
    platform: str,
    engine: Annotated[str, typer.Option(help="docker or podman. [the first that answers]")] = "auto",
    base: Annotated[str, typer.Option(help="Base image in place of the platform's own.")] = "",
    tag: Annotated[str, typer.Option(help="Tag. [yoloport/workspace:PLATFORM]")] = "",
    wheelhouse: Wheelhouse = None,
    mirror: Mirror = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the command and the Dockerfile; build nothing.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Build the image that `yoloport up --engine docker` starts.

    Examples:

        yoloport image build cpu

        yoloport image build cpu --wheelhouse ./wheels --base registry.example/debian:bookworm-slim
    """
    import time

    from yoloport.cli import present
    from yoloport.image import build as builder
    from yoloport.image.render import dockerfile
    from yoloport.workspace.plan import image_name

    with present.problems(json):
        recipe = _recipe(platform, wheelhouse, mirror, ask_network=not dry_run)
        wanted = tag or image_name(platform)
        text = dockerfile(recipe)
        chosen = _engine(engine)
        if dry_run:
            print("$", " ".join(builder.command(recipe, chosen, Path("CONTEXT"), wanted, base)), "\n")
            print(text, end="")
            return
        begin = time.monotonic()
        if recipe.source.note:
            present.say(f"[yellow]note:[/] {recipe.source.note}")
        with present.steps() as shown:
            builder.build(recipe, chosen, wanted, base, wheelhouse, lambda line: shown(f"building {wanted}", line))
        seconds = time.monotonic() - begin
        if json:
            present.as_json(
                {
                    "ok": True,
                    "image": wanted,
                    "engine": chosen.name,
                    "torch": recipe.row.torch,
                    "seconds": round(seconds, 1),
                }
            )
        else:
            print(
                f"built {wanted} with torch {recipe.row.torch} ({recipe.source.kind}); "
                f"start it: yoloport up --engine {chosen.name}"
            )


def _engine(asked: str) -> Engine:
    from yoloport.host import engine

    if asked != "auto":
        return engine.find(asked)
    problems = []
    for name in engine.NAMES:
        try:
            return engine.find(name)
        except engine.EngineProblem as problem:
            problems.append(problem)
    raise problems[0]


def _recipe(name: str, wheelhouse: Path | None, mirror: str, ask_network: bool) -> Recipe:
    from yoloport.image.recipe import recipe

    return recipe(name, wheelhouse.expanduser().resolve() if wheelhouse else None, mirror, ask_network)
