"""``yoloport platforms``: which kinds of hardware are known, what is known of them, and how far each was verified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from yoloport.platforms.schema import Platform

app = typer.Typer(invoke_without_command=True)
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
Lang = Annotated[str, typer.Option(help="en or zh. [the terminal's language]")]


@app.callback()
def platforms(context: typer.Context, json: Json = False, lang: Lang = "") -> None:
    """List the platforms that yoloport knows, how a machine is told to be one, and how far each was verified.

    Examples:

        yoloport platforms

        yoloport platforms --json
    """
    if context.invoked_subcommand:
        return
    from yoloport.cli import language, present
    from yoloport.platforms import ladder, load, render_text

    words = language.chosen(lang)
    with present.problems(json):
        found = load.load_all()
        if json:
            present.as_json({"ok": True, "platforms": [_data(platform) for platform in found]})
            return
        ladders = {platform.name: ladder.matrix(platform.name) for platform in found}
        print(render_text.overview(found, ladders, words, _bold), end="")


@app.command()
def show(name: str, json: Json = False, lang: Lang = "") -> None:
    """Print all that is known of a platform, each value with its source.

    Examples:

        yoloport platforms show cpu

        yoloport platforms show cpu --lang zh
    """
    import shutil

    from yoloport.cli import language, present
    from yoloport.platforms import ladder, load, render_text

    words = language.chosen(lang)
    with present.problems(json):
        platform = load.load(name)
        if json:
            present.as_json({"ok": True, "platform": _data(platform)})
            return
        columns = min(120, max(60, shutil.get_terminal_size((100, 24)).columns))
        print(render_text.page(platform, ladder.matrix(name), words, columns, _bold), end="")


def _data(platform: Platform) -> dict[str, Any]:
    from yoloport.platforms import describe, ladder

    cells = {
        capability: {"rung": reached.rung, "date": reached.date, "on": reached.on,
                     "evidence": reached.file.name if reached.file else None}
        for capability, reached in ladder.matrix(platform.name).items()
    }  # fmt: skip
    return {**platform.model_dump(mode="json"), "ladder": cells, "unsourced": describe.unsourced(platform)}


def _bold(text: str) -> str:
    import sys

    return f"\033[1m{text}\033[0m" if sys.stdout.isatty() else text
