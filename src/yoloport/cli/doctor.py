"""``yoloport doctor``: what keeps this machine from running YOLOv8 on its chip."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from yoloport.platforms.schema import Language


def doctor(
    platform: Annotated[str, typer.Option(help="Platform that you mean; auto finds out.")] = "auto",
    image: Annotated[str, typer.Option(help="Image that you want to start, to check it too.")] = "",
    snapshot: Annotated[Path | None, typer.Option(help="Write all facts into this file, without secrets.")] = None,
    from_: Annotated[Path | None, typer.Option("--from", help="Diagnose the machine that this snapshot shows.")] = None,
    explain: Annotated[
        str | None, typer.Option(help="Explain this error text; - reads a log from standard input.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Show all checks.")] = False,
    lang: Annotated[str, typer.Option(help="en or zh. [the terminal's language]")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say what is wrong, why, and the command that mends it. Exit code: 0 fine, 1 warnings, 2 blocked.

    Examples:

        yoloport doctor

        yoloport doctor --explain - < train.log
    """
    from yoloport.cli import language as languages
    from yoloport.cli import present

    with present.problems(json):
        language = languages.chosen(lang)
        if list_:
            _show_checks(language, json)
            return
        if explain is not None:
            raise typer.Exit(_explain(explain, language, json))
        raise typer.Exit(_diagnose(platform, image, snapshot, from_, language, json))


def _diagnose(
    platform: str, image: str, snapshot: Path | None, from_: Path | None, language: Language, as_json: bool
) -> int:
    from yoloport.cli import doctor_words, present
    from yoloport.doctor import catalogue, examine, gather
    from yoloport.host import machine, recorded, recorder, snapshot_file

    asked = recorded.load(from_) if from_ else machine.at()
    listening = recorder.Recorder(asked, snapshot_file.known_names() if not from_ else ())
    case = gather.gather(listening, platform, image)
    checks = catalogue.every()
    findings = examine.examine(case, checks)
    if snapshot:
        snapshot_file.write(snapshot, listening)
    if as_json:
        present.as_json(doctor_words.as_data(case, findings, len(checks), snapshot))
    else:
        doctor_words.show(case, findings, len(checks), language, snapshot)
    return examine.exit_code(findings)


def _show_checks(language: Language, as_json: bool) -> None:
    from yoloport.cli import doctor_words, present
    from yoloport.doctor import catalogue

    checks = catalogue.every()
    if as_json:
        present.as_json({"ok": True, "checks": [doctor_words.check_data(check) for check in checks]})
    else:
        doctor_words.show_checks(checks, language)


def _explain(text: str, language: Language, as_json: bool) -> int:
    """0 where something was recognised, 1 where nothing was."""
    import sys

    from yoloport.cli import doctor_words, present
    from yoloport.doctor import explain

    lines = explain.lines_of(sys.stdin.buffer) if text == "-" else text.splitlines()
    found = explain.explain(lines, explain.messages())
    if as_json:
        present.as_json({"ok": True, "explanations": [doctor_words.explanation_data(one) for one in found]})
    else:
        doctor_words.show_explanations(found, language)
    return 0 if found else 1
