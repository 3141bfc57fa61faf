"""``yoloport up``: from a machine to a workspace that answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from yoloport.workspace.arrange import Arranged
    from yoloport.workspace.register import Record

ENGINES = ("auto", "docker", "podman", "local")


def up(
    platform: Annotated[str, typer.Option(help="Platform, such as cpu, cuda, ascend; auto finds out.")] = "auto",
    engine: Annotated[str, typer.Option(help="auto, docker, podman, or local (processes of your user).")] = "auto",
    data: Annotated[
        Path | None, typer.Option(help="Folder that is kept: datasets, weights, runs, notebooks. [~/yoloport]")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port of JupyterLab. [8888, or the next free one]")] = None,
    name: Annotated[str, typer.Option(help="Name, where several workspaces stand side by side.")] = "default",
    devices: Annotated[str, typer.Option(help="Physical card numbers, such as 0,1. [all]")] = "",
    ssh_key: Annotated[Path | None, typer.Option(help="Your public key: switches SSH on, for this key only.")] = None,
    ssh_port: Annotated[int | None, typer.Option(help="Port of SSH. [2222, or the next free one]")] = None,
    expose: Annotated[bool, typer.Option("--expose", help="Let other machines reach it, with TLS.")] = False,
    tls_cert: Annotated[Path | None, typer.Option(help="Your own certificate (PEM), with --expose.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key (PEM).")] = None,
    wheelhouse: Annotated[Path | None, typer.Option(help="Folder of wheels that comes before any index.")] = None,
    mirror: Annotated[str, typer.Option(help="Package index to use in place of pip's own.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the plan and the exact command; start nothing.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Start a workspace: JupyterLab on this machine's accelerator, ready for `from ultralytics import YOLO`.

    Examples:

        yoloport up

        yoloport up --name line2 --port 9000 --ssh-key ~/.ssh/id_ed25519.pub --dry-run
    """
    from yoloport.cli import present
    from yoloport.environment.prepare import Sources
    from yoloport.host import folders
    from yoloport.workspace.arrange import Wanted, arrange
    from yoloport.workspace.bring_up import bring_up

    if engine not in ENGINES:
        raise typer.BadParameter(f"{engine!r} is none of {', '.join(ENGINES)}", param_hint="--engine")
    with present.problems(json):
        wanted = Wanted(
            platform=platform,
            engine=engine,
            data=_absolute(data or folders.data()),
            name=name,
            port=port,
            devices=devices,
            ssh_key=_absolute(ssh_key),
            ssh_port=ssh_port,
            expose=expose,
            tls_cert=_absolute(tls_cert),
            tls_key=_absolute(tls_key),
            sources=Sources(_absolute(wheelhouse), mirror),
        )
        arranged = arrange(wanted)
        if dry_run:
            _print_plan(arranged, json)
            return
        _say_choice(arranged)
        with present.steps() as shown:
            record = bring_up(arranged, lambda title, event: shown(title, event.what, event.done, event.total))
        _print_result(arranged, record, json)


def _absolute(path: Path | None) -> Any:
    return path.expanduser().resolve() if path else None


def _say_choice(arranged: Arranged) -> None:
    from yoloport.cli.present import say

    engine = arranged.engine.name if arranged.engine else "local"
    say(f"[bold]platform[/] {arranged.choice.platform.name}: {arranged.choice.reason}")
    say(f"[bold]engine[/]   {engine}: {arranged.engine_reason}")
    if arranged.prepared and arranged.prepared.decision.kind != "exact":
        say(f"[yellow]note:[/] {arranged.prepared.decision.kind}: {arranged.prepared.decision.reason}")
    for note in arranged.notes:
        say(f"[yellow]note:[/] {note}")


def _print_plan(arranged: Arranged, json: bool) -> None:
    from dataclasses import asdict

    from yoloport.cli import describe, present

    if json:
        present.as_json(
            {
                "ok": True,
                "dry_run": True,
                "platform_reason": arranged.choice.reason,
                "engine": arranged.engine.name if arranged.engine else "local",
                "engine_reason": arranged.engine_reason,
                "environment": str(arranged.prepared.folder) if arranged.prepared else None,
                "plan": asdict(arranged.plan),
                "command": describe.command(arranged),
            }
        )
        return
    _say_choice(arranged)
    print(describe.plan(arranged))


def _print_result(arranged: Arranged, record: Record, json: bool) -> None:
    from yoloport.cli import describe, present
    from yoloport.workspace import look

    status = look.status(record)
    if json:
        present.as_json({"ok": True, **describe.as_data(status), "platform_reason": arranged.choice.reason,
                         "engine_reason": arranged.engine_reason, "notes": arranged.notes})  # fmt: skip
    else:
        describe.card(status, arranged.request.tls_names)
