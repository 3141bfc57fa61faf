"""A workspace in words and as data: the same for ``up`` and ``status``."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yoloport.supervise.trainings import Training
    from yoloport.workspace.arrange import Arranged
    from yoloport.workspace.look import Status


def command(arranged: Arranged) -> str:
    """What would be run, for a shell."""
    from yoloport.workspace import render_engine, render_local

    if arranged.engine:
        return render_engine.paste(arranged.plan, arranged.engine)
    assert arranged.prepared  # noqa: S101  arranged without an engine
    own = render_local.environment(arranged.plan, arranged.request, arranged.choice)
    argv = render_local.command(arranged.prepared.folder / "bin/python")
    words = [*(f"{name}={shlex.quote(value)}" for name, value in own.items()), *map(shlex.quote, argv)]
    return f"mkdir -p {shlex.quote(str(arranged.plan.data))} && env {' '.join(words)}"


def plan(arranged: Arranged) -> str:
    """The plan for a person."""
    made = arranged.plan
    rows = [
        ("workspace", made.name),
        ("data", f"{made.data} (inside: {'/data and /root/data' if arranged.engine else 'the same path'})"),
        ("user", f"{made.user.name} (uid {made.user.uid})"),
        ("listens", "; ".join(f"{p.address}:{p.host}" for p in made.ports) + (" with TLS" if made.expose else "")),
        ("SSH", "on, keys only" if made.ssh else "off"),
    ]
    if made.card_ids:
        rows.append(("cards", ", ".join(map(str, made.card_ids)) + " (physical ids)"))
    if arranged.prepared:
        row = arranged.prepared.decision.row
        state = "there" if arranged.prepared.ready else "will be made"
        rows.append(
            ("environment", f"{arranged.prepared.folder} ({state}): torch {row.torch}, torchvision {row.torchvision}")
        )
    else:
        rows.append(("image", made.image))
    lines = "\n".join(f"{name:<12} {value}" for name, value in rows)
    return f"{lines}\n\ncommand:\n{command(arranged)}"


def as_data(status: Status) -> dict[str, Any]:
    """For ``--json``. The token is in the address, and in its file."""
    from yoloport.workspace.answer import token

    record = status.record
    return {
        "name": record.name,
        "condition": status.condition,
        "address": status.address,
        "token": token(record) if status.address else "",
        "token_file": str(record.token_file),
        "engine": record.engine,
        "platform": record.platform,
        "data": record.data,
        "port": record.port,
        "ssh_port": record.ssh_port or None,
        "exposed": record.expose,
        "trainings": [vars(t) for t in status.trainings],
        "resumable": [vars(t) for t in status.resumable],
    }


def card(status: Status, names: tuple[str, ...] = ()) -> None:
    """What a person needs next: address, data, how to get in from elsewhere, how to stop."""
    record = status.record
    rows = [("open", status.address or f"({status.condition})")]
    if status.address:
        for number, language in enumerate(("en", "zh")):
            page = f"/lab/tree/notebooks/helmet.{language}.ipynb?"
            rows.append(("tutorial" if not number else "教程", status.address.replace("/lab?", page)))
    if record.expose:
        rows += [("elsewhere", status.address.replace("127.0.0.1", name)) for name in names[:1]]
        rows.append(("certificate", f"SHA-256 {_fingerprint(status)}"))
    elif status.address:
        rows.append(
            (
                "elsewhere",
                f"ssh -L {record.port}:127.0.0.1:{record.port} {record.user}@THIS-HOST, then the same address",
            )
        )
    if record.ssh_port:
        rows.append(("ssh", f"ssh -p {record.ssh_port} {record.user}@127.0.0.1"))
    rows.append(("data", record.data))
    rows += [("training", f"{t.folder}: epoch {t.epoch} of {t.epochs}") for t in status.trainings]
    rows += [("resume", resume(t)) for t in status.resumable]
    if status.condition != "stopped":
        rows.append(("stop", f"yoloport down{_named(record.name)}"))
    else:
        rows.append(("start", f"yoloport up{_named(record.name)}"))
    print(f"workspace {record.name}: {status.condition} ({record.platform}, {record.engine})")
    for name, value in rows:
        print(f"  {name + ' ' * (12 - _width(name))}{value}")


def resume(training: Training) -> str:
    """The command that goes on with a training, to be typed inside the workspace."""
    return f"yolo train resume model={training.checkpoint}   (epoch {training.epoch} of {training.epochs})"


def _width(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _named(name: str) -> str:
    return "" if name == "default" else f" --name {name}"


def _fingerprint(status: Status) -> str:
    import hashlib
    import ssl

    from yoloport.workspace.answer import certificate

    try:
        pem = certificate(status.record).read_text(encoding="ascii")
        first = pem[: pem.index("-----END CERTIFICATE-----") + len("-----END CERTIFICATE-----")]
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(first[first.index("-----BEGIN") :])).hexdigest().upper()
    except (OSError, ValueError):
        return "(cannot be read)"
    return ":".join(digest[i : i + 2] for i in range(0, 64, 2))
