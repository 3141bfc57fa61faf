"""What the supervisor is told through its environment, and where things lie inside the workspace."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from yoloport.supervise.variables import BESIDE_TORCH

GIVEN = Path("/etc/yoloport")
"""Where a container finds the files that the user named: authorized_keys, tls.crt, tls.key."""


@dataclass(frozen=True)
class Settings:
    """One workspace, seen from inside."""

    name: str
    data: Path
    address: str
    port: int
    ssh_port: int
    user: str
    tls_names: tuple[str, ...]
    authorized_keys: Path | None
    tls_cert: Path | None
    tls_key: Path | None
    container: bool
    by_hand: bool = False
    """A container that no verb of ours started or rendered: those name the workspace, and show the token themselves."""

    @property
    def state(self) -> Path:
        return self.data / ".yoloport" / self.name

    @property
    def token_file(self) -> Path:
        return self.state / "token"

    @property
    def stop_file(self) -> Path:
        return self.state / "stop"

    @property
    def trainings(self) -> Path:
        return self.state / "trainings"


def private_folder(data: Path, name: str) -> Path:
    """A workspace's own state inside its data folder, made so that only its owner can look into it."""
    for folder in (data / ".yoloport", data / ".yoloport" / name):
        folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def read(environ: Mapping[str, str]) -> Settings:
    """Settings from ``YOLOPORT_*`` variables; the defaults are those of the image started by hand."""

    container = "YOLOPORT_LOCAL" not in environ

    def given(variable: str, name: str) -> Path | None:
        path = environ.get(variable) or (GIVEN / name if container else "")
        return Path(path) if path and Path(path).is_file() else None

    return Settings(
        name=environ.get("YOLOPORT_NAME", "default"),
        data=Path(environ.get("YOLOPORT_DATA", "/data")),
        address=environ.get("YOLOPORT_ADDRESS", "0.0.0.0" if container else "127.0.0.1"),  # noqa: S104  the engine publishes it
        port=int(environ.get("YOLOPORT_PORT", "8888")),
        ssh_port=int(environ.get("YOLOPORT_SSH_PORT", "2222")),
        user=environ.get("YOLOPORT_USER", "yolo"),
        tls_names=tuple(name for name in environ.get("YOLOPORT_TLS", "").split(",") if name),
        authorized_keys=given("YOLOPORT_AUTHORIZED_KEYS", "authorized_keys"),
        tls_cert=given("YOLOPORT_TLS_CERT", "tls.crt"),
        tls_key=given("YOLOPORT_TLS_KEY", "tls.key"),
        container=container,
        by_hand=container and "YOLOPORT_NAME" not in environ,
    )


def children_environment(settings: Settings, environ: Mapping[str, str], python: Path) -> dict[str, str]:
    """What kernels, terminals and SSH sessions see. The token is not in it: it stays in its file."""
    state, tools = settings.state, str(python.parent)
    # What the prompt of the shell that ran `up` looked like says nothing about this environment.
    kept = {k: v for k, v in environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "JUPYTER_TOKEN")}
    if modules := toolkit_modules(environ.get("PYTHONPATH", "")):
        kept["PYTHONPATH"] = modules
    found = {
        **BESIDE_TORCH,
        **kept,
        "PATH": os.pathsep.join([tools, *[p for p in environ.get("PATH", os.defpath).split(os.pathsep) if p != tools]]),
        "VIRTUAL_ENV": str(python.parent.parent),
        "YOLOPORT_DATA": str(settings.data),
        "YOLOPORT_STATE": str(state),
        "YOLO_CONFIG_DIR": str(state / "ultralytics"),
        "MPLCONFIGDIR": str(state / "matplotlib"),
        "JUPYTER_CONFIG_DIR": str(state / "jupyter/config"),
        "JUPYTER_DATA_DIR": str(state / "jupyter/data"),
        "JUPYTER_RUNTIME_DIR": str(state / "jupyter/runtime"),
        "IPYTHONDIR": str(state / "ipython"),
    }
    if settings.container:
        found |= {"HOME": str(state / "home"), "USER": settings.user, "LOGNAME": settings.user}
    return found


def toolkit_modules(paths: str) -> str:
    """The entries of PYTHONPATH that lie where a vendor's toolkit is installed; a user's own stay out.

    A toolkit compiles operators with Python modules that its set_env.sh, or its image, names there
    (the ENV of such an image's Dockerfile, read 2026-11-24).
    """
    return os.pathsep.join(path for path in paths.split(os.pathsep) if path.startswith(("/usr/local/", "/opt/")))
