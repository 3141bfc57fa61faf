"""``yoloport ci``: a pipeline that builds, tests and releases the images."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from yoloport.ci.plan import Pipeline


class On(str, Enum):
    """The service that runs the pipeline."""

    github = "github"
    gitlab = "gitlab"
    gitee = "gitee"
    jenkins = "jenkins"


def ci(
    service: Annotated[On, typer.Argument(help="github, gitlab, gitee or jenkins.", show_default=False)],
    platforms: Annotated[
        list[str] | None, typer.Argument(help="Platforms. [all that an image can be built for]", show_default=False)
    ] = None,
    output: Annotated[str, typer.Option("--output", "-o", help="File, or folder DIR/. [standard output]")] = "",
    registry: Annotated[str, typer.Option(help="Registry and folder. [the service's variable REGISTRY]")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print plan and text as JSON.")] = False,
) -> None:
    """Print a pipeline a platform: build, test without and with the chip, scan, sign, push, promote.

    Examples:

        yoloport ci github cpu --registry registry.example.com/ai -o .github/workflows/

        yoloport ci jenkins cpu
    """
    from yoloport.ci.plan import plan
    from yoloport.ci.services import SERVICES
    from yoloport.ci.write import places, write
    from yoloport.cli import present

    with present.problems(json):
        chosen = SERVICES[service.value]
        made = [plan(platform, registry, chosen.traits) for platform in _named(platforms or [])]
        texts = {one.platform.name: chosen.render(one) for one in made}
        where: dict[str, Path] = {}
        if output:
            files = {name: chosen.file(name) for name in texts}
            where = places(files, Path(output).expanduser(), output.endswith("/"))
            write({where[name]: text for name, text in texts.items()}, force)
        if json:
            told = [_data(one, chosen.file(one.platform.name), texts, where) for one in made]
            present.as_json({"ok": True, "service": service.value, "pipelines": told})
        elif output:
            for name, path in where.items():
                print(f"{path}: the pipeline for {name}; its first lines say what must be there before it runs")
        else:
            print(chosen.separator.join(texts.values()), end="")


def _named(names: list[str]) -> list[Any]:
    """The platforms that were named, each once; without a name all that an image can be built for."""
    from yoloport.image.base import NoBase, base
    from yoloport.platforms.load import load, load_all

    if names:
        return [load(name) for name in dict.fromkeys(names)]
    found = []
    for platform in load_all():
        try:
            base(platform)
        except NoBase:
            continue
        found.append(platform)
    return found


def _data(one: Pipeline, file: str, texts: dict[str, str], where: dict[str, Path]) -> dict[str, Any]:
    name = one.platform.name
    jobs = [
        {"name": job.name, "stage": job.stage, "needs": job.needs, "runner": job.runner.label,
         "secrets": job.secrets, "tools": job.tools, "minutes": job.minutes, "by_hand": job.by_hand}
        for job in one.jobs
    ]  # fmt: skip
    written = where.get(name)
    return {
        "platform": name, "file": file, "written": str(written) if written else None,
        "architectures": one.architectures, "variables": one.variables, "secrets": one.secrets,
        "runners": [runner.label for runner in one.runners], "jobs": jobs, "text": texts[name],
    }  # fmt: skip
