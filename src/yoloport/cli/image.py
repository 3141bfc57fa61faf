"""``yoloport image``: render and build a platform's image."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from yoloport.cli.image_bundle import bundle
from yoloport.cli.image_test import test

if TYPE_CHECKING:
    from yoloport.host.engine import Engine
    from yoloport.image.recipe import Wanted
    from yoloport.image.render import Recipe

app = typer.Typer(help="The image that a workspace starts from.", no_args_is_help=True)
app.command()(bundle)
app.command()(test)


class Kind(str, Enum):
    """What the image is for."""

    workspace = "workspace"
    runtime = "runtime"


Name = Annotated[str, typer.Argument(help="Platform, as `yoloport platforms` lists them.", show_default=False)]
Of = Annotated[Kind, typer.Option("--kind", help="workspace, or runtime: predicts, without torch.")]
Chip = Annotated[str, typer.Option(help="One of its chips, by any of its names. [the usual base's]")]
System = Annotated[str, typer.Option("--os", help="debian, ubuntu or openeuler. [the usual base's]")]
Mirror = Annotated[str, typer.Option(help="none, cn, a package index, or a TOML file with `packages` and `system`.")]
Wheelhouse = Annotated[Path | None, typer.Option(help="Folder of wheels that comes before any index.")]


@app.command()
def render(
    platform: Name,
    kind: Of = Kind.workspace,
    chip: Chip = "",
    system: System = "",
    mirror: Mirror = "",
    wheelhouse: Wheelhouse = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for Dockerfile, locks and wheels, to build by hand.")
    ] = None,
) -> None:
    """Print the Dockerfile, or write it with its locks into a folder.

    Examples:

        yoloport image render cpu

        yoloport image render cpu --mirror cn -o yolo-cpu && docker build -t yoloport/workspace:cpu yolo-cpu
    """
    from yoloport.cli import present
    from yoloport.image import files
    from yoloport.image.recipe import Wanted, recipe
    from yoloport.image.render import dockerfile

    with present.problems():
        # No network is asked: the text says what would be done where the row's own index answers.
        wanted = Wanted(platform, chip, system, mirror, _whole(wheelhouse), kind=kind.value)
        made = recipe(wanted, ask_network=False)
        if output:
            folder = output.expanduser().absolute()
            files.write(folder, made, wanted.wheelhouse)
            print(f"wrote {output}; build it: docker build --tag {_usual_tag(platform, kind)} {output}")
            return
        print(dockerfile(made), end="")


@app.command()
def build(
    platform: Name,
    kind: Of = Kind.workspace,
    engine: Annotated[str, typer.Option(help="docker, podman or buildah. [the first that answers]")] = "auto",
    base: Annotated[str, typer.Option(help="Base image in place of the platform's own.")] = "",
    tag: Annotated[str, typer.Option(help="Tag. [yoloport/KIND:PLATFORM]")] = "",
    chip: Chip = "",
    system: System = "",
    arch: Annotated[str, typer.Option(help="amd64 or arm64. [this machine's]")] = "",
    wheelhouse: Wheelhouse = None,
    mirror: Mirror = "",
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Do every step anew, for security updates.")] = False,
    push: Annotated[bool, typer.Option("--push", help="Send it to the registry that the tag names.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print command and Dockerfile; build nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Build the image that `yoloport up` starts, with Docker, Podman or Buildah.

    Examples:

        yoloport image build cpu

        yoloport image build cpu --wheelhouse ./wheels --base registry.example/debian:bookworm-slim

        yoloport image build cpu --kind runtime --arch arm64
    """
    from functools import partial

    from yoloport.cli import present
    from yoloport.host.builder import find_any
    from yoloport.host.process import ahead

    found_engine = ahead(partial(find_any, engine))  # it answers while the modules below are imported
    from yoloport.image import build as builder
    from yoloport.image.recipe import Wanted, recipe
    from yoloport.image.render import dockerfile

    with present.problems(json):
        wanted = Wanted(platform, chip, system, mirror, _whole(wheelhouse), _machine(arch), kind.value)
        made, named = recipe(wanted, ask_network=not dry_run), tag or _usual_tag(platform, kind)
        _require_possible(wanted, [tag, base])
        chosen = found_engine()
        if dry_run:
            print("$", " ".join(builder.command(chosen, Path("CONTEXT"), named, base, arch, no_cache)), "\n")
            print(dockerfile(made), end="")
            return
        begin = monotonic()
        if made.source.note:
            present.say(f"[yellow]note:[/] {made.source.note}")
        with present.steps() as shown:
            building = partial(shown, f"building {named}")
            builder.build(made, chosen, named, base, wanted.wheelhouse, building, arch, no_cache)
            if push:
                builder.push(chosen, named, partial(shown, f"sending {named}"))
        seconds = round(monotonic() - begin, 1)
        if not json:
            print(f"built {named} {_what_now(made, named, chosen)}")
            return
        told = {"image": named, "engine": chosen.name, "torch": _torch(made), "pushed": push, "seconds": seconds}
        present.as_json({"ok": True, **told})


def _torch(made: Recipe) -> str:
    return "" if made.kind == "runtime" else made.row.torch


def _usual_tag(platform: str, kind: Kind) -> str:
    from yoloport.image import runtime
    from yoloport.workspace import plan

    return runtime.image_name(platform) if kind is Kind.runtime else plan.image_name(platform)


def _what_now(made: Recipe, named: str, chosen: Engine) -> str:
    starter = "podman" if chosen.name == "buildah" else chosen.name
    if made.kind == "runtime":
        return f'without torch; run it: {starter} run --rm -v "$PWD:/data" {named} predict MODEL PICTURE'
    return f"with torch {made.row.torch} ({made.source.kind}); start it: yoloport up --engine {starter}"


def _machine(arch: str) -> str:
    from yoloport.image.recipe import machine_of

    return machine_of(arch)


def _require_possible(wanted: Wanted, references: list[str]) -> None:
    from yoloport.image.base import require_possible
    from yoloport.platforms.load import load_all

    named = [reference for reference in references if reference]
    # Nobody waits the tenth of a second that the whole catalogue takes where nothing was named.
    platforms = {one.name: one for one in load_all()} if named else {}
    for reference in named:
        require_possible(reference, platforms[wanted.platform], tuple(platforms.values()))


def _whole(folder: Path | None) -> Path | None:
    return folder.expanduser().resolve() if folder else None
