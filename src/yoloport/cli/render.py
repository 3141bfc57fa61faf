"""``yoloport render``: the plan of a workspace in other clothes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from yoloport.host.engine import Engine
    from yoloport.workspace.render_asked import Settled

ENGINES, FORMATS = ("docker", "podman"), ("yaml", "json")
app = typer.Typer(help="The workspace for Compose, Kubernetes, CDI, systemd or a plain script.", no_args_is_help=True)
Platform = Annotated[str, typer.Option(help="Platform; with --cards for another machine. [that of this machine]")]
Snapshot = Annotated[Path | None, typer.Option(help="For the machine that this snapshot of `doctor` shows.")]
Cards = Annotated[int | None, typer.Option(help="For a machine with cards 0 to N-1; this one is not looked at.")]
Devices = Annotated[str, typer.Option(help="Physical card numbers, such as 0,1. [all]")]
Data = Annotated[Path | None, typer.Option(help="Folder that is kept. [~/yoloport, elsewhere /srv/yoloport]")]
Name = Annotated[str, typer.Option(help="Name of the workspace.")]
Port = Annotated[int, typer.Option(help="Port of JupyterLab.")]
SshKey = Annotated[Path | None, typer.Option(help="Public key: switches SSH on, for this key only.")]
SshPort = Annotated[int, typer.Option(help="Port of SSH.")]
Expose = Annotated[bool, typer.Option("--expose", help="Let other machines reach it, with TLS.")]
TlsCert = Annotated[Path | None, typer.Option(help="Your own certificate (PEM), with --expose.")]
TlsKey = Annotated[Path | None, typer.Option(help="Its key (PEM).")]
Image = Annotated[str, typer.Option(help="Image. [yoloport/workspace:PLATFORM]")]
RunAs = Annotated[str, typer.Option("--user", help="UID:GID. [you; for another machine 1000:1000]")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="File to write. [standard output]")]


@app.command()
def docker(
    platform: Platform = "auto", snapshot: Snapshot = None, cards: Cards = None, devices: Devices = "",
    data: Data = None, name: Name = "default", port: Port = 8888, ssh_key: SshKey = None, ssh_port: SshPort = 2222,
    expose: Expose = False, tls_cert: TlsCert = None, tls_key: TlsKey = None, image: Image = "", user: RunAs = "",
    engine: Annotated[str, typer.Option(help="docker or podman.")] = "docker",
    output: Output = None,
) -> None:  # fmt: skip
    """A shell script around the exact command.

    Examples:

        yoloport render docker

        yoloport render docker --platform cpu --port 9000 -o start.sh
    """
    from yoloport.cli import present
    from yoloport.workspace import render_docker
    from yoloport.workspace.render_asked import Asked, settle

    _require(engine, ENGINES, "--engine")
    with present.problems():
        made = settle(
            Asked(
                platform,
                snapshot,
                cards,
                devices,
                data,
                name,
                port,
                ssh_key,
                ssh_port,
                expose,
                tls_cert,
                tls_key,
                image,
                user,
            )
        )
        _require_image(made, image)
        _write(render_docker.script(made.plan, _engine(engine, made, by_path=False), made.told), output)


@app.command()
def compose(
    platform: Platform = "auto", snapshot: Snapshot = None, cards: Cards = None, devices: Devices = "",
    data: Data = None, name: Name = "default", port: Port = 8888, ssh_key: SshKey = None, ssh_port: SshPort = 2222,
    expose: Expose = False, tls_cert: TlsCert = None, tls_key: TlsKey = None, image: Image = "", user: RunAs = "",
    output: Output = None,
) -> None:  # fmt: skip
    """A file for Docker Compose v2.

    Examples:

        yoloport render compose > compose.yaml

        yoloport render compose --snapshot server.toml --devices 0 --data /srv/yolo -o compose.yaml
    """
    from yoloport.cli import present
    from yoloport.workspace import render_compose
    from yoloport.workspace.render_asked import Asked, settle

    with present.problems():
        made = settle(
            Asked(
                platform,
                snapshot,
                cards,
                devices,
                data,
                name,
                port,
                ssh_key,
                ssh_port,
                expose,
                tls_cert,
                tls_key,
                image,
                user,
            )
        )
        _require_image(made, image)
        _write(render_compose.compose(made.plan, made.told), output)


@app.command()
def systemd(
    platform: Platform = "auto", snapshot: Snapshot = None, cards: Cards = None, devices: Devices = "",
    data: Data = None, name: Name = "default", port: Port = 8888, ssh_key: SshKey = None, ssh_port: SshPort = 2222,
    expose: Expose = False, tls_cert: TlsCert = None, tls_key: TlsKey = None, image: Image = "", user: RunAs = "",
    engine: Annotated[str, typer.Option(help="docker or podman.")] = "docker",
    quadlet: Annotated[bool, typer.Option("--quadlet", help="A Quadlet for Podman 4.4 or newer.")] = False,
    output: Output = None,
) -> None:  # fmt: skip
    """A systemd unit, or a Quadlet.

    Examples:

        yoloport render systemd -o yoloport-default.service

        yoloport render systemd --quadlet -o yoloport-default.container
    """
    from yoloport.cli import present
    from yoloport.workspace import render_systemd
    from yoloport.workspace.render_asked import Asked, settle

    _require(engine, ENGINES, "--engine")
    with present.problems():
        made = settle(
            Asked(
                platform,
                snapshot,
                cards,
                devices,
                data,
                name,
                port,
                ssh_key,
                ssh_port,
                expose,
                tls_cert,
                tls_key,
                image,
                user,
            )
        )
        _require_image(made, image)
        text = render_systemd.quadlet if quadlet else render_systemd.unit
        _write(text(made.plan, _engine("podman" if quadlet else engine, made, by_path=True), made.told), output)


@app.command()
def kubernetes(
    platform: Platform = "auto", snapshot: Snapshot = None,
    cards: Annotated[int | None, typer.Option(help="Cards to ask for. [1]")] = None,
    name: Name = "default",
    ssh_key: Annotated[Path | None, typer.Option(help="Public key, whose text goes into the file.")] = None,
    image: Image = "", user: RunAs = "",
    namespace: Annotated[str, typer.Option(help="Namespace. [the current one of kubectl]")] = "",
    storage_class: Annotated[str, typer.Option(help="Storage class. [the cluster's own]")] = "",
    size: Annotated[str, typer.Option(help="Size of the data volume.")] = "20Gi",
    resource: Annotated[str, typer.Option(help="Resource of the device plug-in. [the platform's]")] = "",
    output: Output = None,
) -> None:  # fmt: skip
    """A Deployment, a Service and a PersistentVolumeClaim.

    Examples:

        yoloport render kubernetes --platform cpu | kubectl apply -f -

        yoloport render kubernetes --namespace vision --size 100Gi -o yolo.yaml
    """
    from yoloport.cli import present
    from yoloport.workspace import render_kubernetes
    from yoloport.workspace.render_asked import for_a_cluster, public_key

    with present.problems():
        made, count = for_a_cluster(platform, snapshot, cards, name, image, user)
        _require_image(made, image)
        key = public_key(ssh_key) if ssh_key else ""
        cluster = render_kubernetes.Cluster(namespace, storage_class, size, resource, count, key)
        text = render_kubernetes.kubernetes(made.plan, made.scene.choice.platform, cluster, made.facts)
        _write(text, output)


@app.command()
def cdi(
    platform: Platform = "auto", snapshot: Snapshot = None, cards: Cards = None, devices: Devices = "",
    format: Annotated[str, typer.Option(help="yaml or json.")] = "yaml",
    output: Output = None,
) -> None:  # fmt: skip
    """A CDI specification of the cards, for any container.

    Examples:

        yoloport render cdi | sudo tee /etc/cdi/cards.yaml

        yoloport render cdi --snapshot server.toml --format json
    """
    from yoloport.cli import present
    from yoloport.workspace import render_cdi
    from yoloport.workspace.render_asked import Asked, settle

    _require(format, FORMATS, "--format")
    with present.problems():
        made = settle(Asked(platform, snapshot, cards, devices))
        _write(
            render_cdi.cdi(made.scene.choice, made.plan, made.scene.host, format == "json", made.about_cards), output
        )


def _require(value: str, known: tuple[str, ...], option: str) -> None:
    if value not in known:
        raise typer.BadParameter(f"{value!r} is none of {', '.join(known)}", param_hint=option)


def _require_image(made: Settled, named: str) -> None:
    """Whether there can be an image: one that was named, or one that can be built.

    Raises:
        NoImageKnown: neither.
    """
    from yoloport.image.base import NoBase, base
    from yoloport.workspace.render_scene import NoImageKnown

    try:
        if not named:
            base(made.scene.choice.platform)
    except NoBase as none:
        raise NoImageKnown(made.plan.platform) from none


def _engine(name: str, made: Settled, by_path: bool) -> Engine:
    """An engine that need not be here. ``by_path``: with the whole path of its client."""
    import os

    from yoloport.host.engine import Engine, client_of

    here = made.scene.known == "host"
    client = (client_of(name) if here and by_path else None) or (f"/usr/bin/{name}" if by_path else name)
    rootless = name == "podman" and (os.getuid() != 0 if here else True)
    return Engine(name, str(Path(client).absolute()) if by_path else client, "", frozenset(), rootless)


def _write(text: str, output: Path | None) -> None:
    from yoloport.workspace.render_asked import CannotWrite

    if output is None:
        print(text, end="")
        return
    try:
        output.expanduser().write_text(text, encoding="utf-8")
    except OSError as error:
        raise CannotWrite(output, error.strerror or str(error)) from error
