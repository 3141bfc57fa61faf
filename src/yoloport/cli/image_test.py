"""``yoloport image test``: find out about a built image what its user would."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from yoloport.host.engine import Engine
    from yoloport.image.trial.check import Check, Outcome
    from yoloport.image.trial.run import Found


def test(
    image: Annotated[str, typer.Argument(help="Image, as the engine knows it.", show_default=False)],
    with_device: Annotated[
        bool, typer.Option("--with-device", help="Hand this machine's accelerator over, and demand that it computes.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for manifest, SBOM and evidence.")] = None,
    budget: Annotated[
        int | None, typer.Option(help="MB that its files may have; 0 for any. [the kind's]", min=0)
    ] = None,
    skip: Annotated[list[str] | None, typer.Option(help="Leave a check away; no evidence is given then.")] = None,
    stamp: Annotated[
        bool, typer.Option("--stamp", help="Put labels and tags on it that say what was measured.")
    ] = False,
    engine: Annotated[str, typer.Option(help="docker or podman. [the first that answers]")] = "auto",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say which checks would be done; start nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Start an image as its user would, look into it, and measure it.

    Examples:

        yoloport image test yoloport/workspace:cpu

        yoloport image test yoloport/runtime:cpu --out measured --stamp
    """
    from yoloport.cli import present
    from yoloport.errors import Exit
    from yoloport.host.engine import find_any
    from yoloport.image.trial import run
    from yoloport.image.trial.problems import NotPassed
    from yoloport.image.trial.stamp import stamp as put_on

    with present.problems(json):
        chosen = find_any(engine)
        device = _device(chosen, image) if with_device else None
        if dry_run:
            _print_checks(chosen, image, json)
            return
        size = None if budget is None else budget * 1_000_000
        with _Shown(json) as report:
            found = run.test(chosen, image, device, size, tuple(skip or ()), report)
        stamped = put_on(chosen, found.manifest) if stamp and not found.failed else None
        files = run.keep(found, out.expanduser().absolute(), stamped) if out else ()
        _print_result(found, files, stamped.names if stamped else (), json)
        if stamp and not stamped and not json:
            raise NotPassed(image, found.failed)
        if found.failed:
            raise typer.Exit(int(Exit.CHECK_FAILED))


def _device(engine: Engine, image: str) -> tuple[str, ...]:
    """The engine's options that hand over the accelerator of this machine that the image is for."""
    from yoloport.image.trial.subject import ask
    from yoloport.workspace import arrange, render_engine
    from yoloport.workspace.plan import Request, build
    from yoloport.workspace.render_scene import IMAGE_USER

    choice, host = arrange.choose_platform(ask(engine, image).platform)
    plan = build(Request("default", Path("/data"), 8888, 0), choice, host, IMAGE_USER)
    return render_engine.hand_over(plan, engine)


def _print_checks(engine: Engine, image: str, json: bool) -> None:
    from yoloport.cli import present
    from yoloport.image.trial.run import CHECKS
    from yoloport.image.trial.subject import ask

    subject = ask(engine, image)
    rows = [(one.id, one.title) for one in CHECKS if subject.kind in one.kinds]
    if json:
        present.as_json({"ok": True, "dry_run": True, "image": image, "kind": subject.kind, "checks": dict(rows)})
        return
    print(f"{image}: {subject.kind} for {subject.platform}, {subject.architecture}; would be checked:")
    for name, title in rows:
        print(f"  {name:<14} {title}")


class _Shown:
    """A line for each check as it ends; while it runs, a moving one on a terminal."""

    def __init__(self, quiet: bool) -> None:
        from rich.console import Console

        self._console = Console(stderr=True, highlight=False, quiet=quiet)
        self._status = self._console.status("")

    def __enter__(self) -> _Shown:
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def __call__(self, what: Check | Outcome) -> None:
        from rich.markup import escape

        from yoloport.image.trial.check import Outcome

        if not isinstance(what, Outcome):
            self._status.update(f"{what.title} …")
            return
        mark = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[dim]–[/]"}[what.passed]
        why = f"\n    {escape(what.why)}" if what.why else ""
        line = f"{mark} {what.id:<14} {escape(what.title)} [dim]{what.seconds:.1f} s[/]{why}"
        self._console.print(line, soft_wrap=True)


def _print_result(found: Found, files: tuple[Path, ...], names: tuple[str, ...], json: bool) -> None:
    from yoloport.cli import present
    from yoloport.image.trial.run import outcome

    manifest = found.manifest
    if json:
        told = {
            "ok": not found.failed, "image": manifest.subject.reference, "id": manifest.subject.id,
            "bytes": manifest.bytes, "versions": manifest.versions, "checks": [outcome(one) for one in found.outcomes],
            "ladder": found.evidence["ladder"], "files": [str(file) for file in files], "names": list(names),
        }  # fmt: skip
        present.as_json(told)
        return
    versions = ", ".join(f"{name} {version}" for name, version in manifest.versions.items())
    print(f"{manifest.subject.reference}: {manifest.bytes / 1e6:.0f} MB, {versions}")
    for file in files:
        print(f"  {file}")
    if names:
        print(f"  is now also {', '.join(names[1:])}")
    rung = found.evidence["ladder"][0]["rung"]
    done = sum(one.passed is True for one in found.outcomes)
    verdict = f"{len(found.failed)} failed: {', '.join(found.failed)}" if found.failed else f"all {done} checks passed"
    print(f"{verdict}; " + (f"evidence for rung {rung} of the ladder" if rung else "no evidence for the ladder"))
