"""What can be wrong before anything starts."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tempfile
from pathlib import Path

from yoloport.errors import Exit, Problem
from yoloport.workspace.register import NAME, Record

LEAST_MB = 500
_PUBLIC_KEY = re.compile(
    rb"^(ssh-(ed25519|rsa)|ecdsa-sha2-\S+|sk-\S+@openssh\.com)\s+[A-Za-z0-9+/]+={0,3}(\s|$)", re.MULTILINE
)


class BadName(Problem):
    """A workspace's name is part of a container's name and of a path."""

    exit = Exit.USAGE

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} cannot be a workspace's name",
            "use lower-case letters, digits and '-', at most 31",
            "docs/en/workspace.md",
        )


class DataFolderUnusable(Problem):
    """The data folder cannot be made or written."""

    exit = Exit.DATA_FOLDER

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            f"the data folder {folder} cannot be used: {why}",
            f"name a folder of yours (--data DIR), or: sudo chown $(id -u):$(id -g) {shlex.quote(str(folder))}",
            "docs/en/workspace.md",
        )
        self.folder = folder


class DataDiskFull(Problem):
    """The data folder's disk has no room for a checkpoint."""

    exit = Exit.DISK_FULL

    def __init__(self, folder: Path, free_mb: int) -> None:
        super().__init__(
            f"the disk of {folder} has {free_mb} MB free; checkpoints and pictures need at least {LEAST_MB} MB",
            "free some room, or name a folder on a bigger disk (--data DIR)",
            "docs/en/workspace.md",
        )
        self.folder, self.free_mb = folder, free_mb


class NameTaken(Problem):
    """A workspace of this name is running."""

    exit = Exit.NAME_TAKEN

    def __init__(self, record: Record, address: str) -> None:
        super().__init__(
            f"workspace {record.name!r} is running already, at {address}",
            f"open it; or yoloport down --name {record.name}; or start another: yoloport up --name OTHER",
            "docs/en/workspace.md",
        )
        self.name = record.name


class BadKeyFile(Problem):
    """What was given as a public key is none."""

    exit = Exit.USAGE

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(
            f"{file} cannot serve as an SSH public key: {why}",
            "name a public key, such as ~/.ssh/id_ed25519.pub (make one: ssh-keygen -t ed25519)",
            "docs/en/workspace.md",
        )
        self.file = file


class BadCertificate(Problem):
    """Certificate and key have to come together and be readable."""

    exit = Exit.USAGE

    def __init__(self, why: str) -> None:
        super().__init__(why, "name both, in PEM: --tls-cert FILE --tls-key FILE", "docs/en/workspace.md")


def name(text: str) -> str:
    """The name, if it can be one."""
    if not NAME.fullmatch(text):
        raise BadName(text)
    return text


def data_folder(folder: Path) -> None:
    """Make the folder where it is missing, and write a byte: permissions, quotas and read-only mounts show so."""
    if "," in str(folder) or not str(folder).isprintable():
        raise DataFolderUnusable(folder, "a comma or a control character in its path cannot be told to an engine")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free_mb = shutil.disk_usage(folder).free // 1_000_000
        if free_mb < LEAST_MB:
            raise DataDiskFull(folder, free_mb)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".yoloport-writes-") as probe:
            probe.write(b"1")
            probe.flush()
    except OSError as error:
        raise DataFolderUnusable(folder, error.strerror or str(error)) from error
    own = folder / ".yoloport"
    if own.exists() and not os.access(own, os.R_OK | os.W_OK | os.X_OK):
        raise DataFolderUnusable(folder, f"{own} belongs to uid {own.stat().st_uid}")


def public_key(file: Path) -> None:
    """The file holds at least one public key, and no private one."""
    try:
        content = file.read_bytes()[:100_000]
    except OSError as error:
        raise BadKeyFile(file, error.strerror or str(error)) from error
    if b"PRIVATE KEY" in content:
        raise BadKeyFile(file, "it is the private half, which must stay where it is")
    if not _PUBLIC_KEY.search(content):
        raise BadKeyFile(file, "it holds no line that starts with ssh-ed25519, ssh-rsa or ecdsa-sha2-…")


def certificate(cert: Path | None, key: Path | None, expose: bool) -> None:
    """A certificate of the user's own comes with its key, and for an exposed workspace."""
    if (cert is None) != (key is None):
        raise BadCertificate("a certificate needs its key, and a key its certificate")
    if cert and not expose:
        raise BadCertificate("a certificate is for a workspace that others reach: add --expose")
    for file, kind in ((cert, b"CERTIFICATE"), (key, b"PRIVATE KEY")):
        if file:
            try:
                content = file.read_bytes()[:100_000]
            except OSError as error:
                raise BadCertificate(f"{file}: {error.strerror}") from error
            if kind not in content:
                raise BadCertificate(f"{file} holds no PEM block of a {kind.decode().lower()}")
