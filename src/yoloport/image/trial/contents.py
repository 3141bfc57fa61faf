"""What lies in an image: its files, read as a stream without unpacking them, and faults among them."""

from __future__ import annotations

import subprocess
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from yoloport.host.engine import Engine
from yoloport.image.trial.check import Failed
from yoloport.image.trial.problems import WillNotStart
from yoloport.image.trial.subject import Subject

if TYPE_CHECKING:
    from yoloport.image.trial.bench import Bench

LEFT = (
    "usr/bin/gcc*", "usr/bin/g++*", "usr/bin/cc", "usr/bin/*-linux-gnu-gcc*", "usr/bin/cmake", "usr/bin/ld",
    "usr/bin/*-linux-gnu-ld", "usr/bin/as", "usr/lib/gcc/*/*/cc1*", "root/.cache/*", "data/.cache/*",
    "var/cache/apt/*.bin", "var/cache/apt/archives/*.deb", "var/lib/apt/lists/*_Packages*",
    "usr/share/doc/*", "usr/share/man/*", "files/*",
    "wheelhouse/*", "tmp/*", "opt/venv/*.whl",
)  # fmt: skip
"""What only a build needs."""
SECRET = ("*/ssh_host_*_key", "*/.ssh/id_*", "*/.netrc", "*/.pypirc", "*/.docker/config.json", "*/.aws/credentials")
"""What may never be in a layer."""
SETUID = frozenset(
    f"usr/{path}" for path in
    ("bin/su", "bin/mount", "bin/umount", "bin/passwd", "bin/chsh", "bin/chfn", "bin/newgrp", "bin/gpasswd",
     "bin/chage", "bin/expiry", "bin/ssh-agent", "bin/wall", "bin/write", "bin/crontab", "sbin/unix_chkpwd",
     "lib/openssh/ssh-keysign", "lib/dbus-1.0/dbus-daemon-launch-helper")
)  # fmt: skip
"""Programs of Debian and Ubuntu that run as another user; --security-opt no-new-privileges takes that from them."""
OPEN = ("tmp", "var/tmp", "run/lock", "data", "var/lib/extrausers", "dev/*")
"""Folders that anybody may write into: a volume's, temporary ones, and where a user without a name is given one."""


@dataclass(frozen=True)
class Entry:
    """A file of an image, without a leading slash; ``kind`` is ``file``, ``folder``, ``link`` or ``other``."""

    path: str
    bytes: int
    mode: int
    uid: int
    kind: str


def listed(engine: Engine, subject: Subject) -> tuple[Entry, ...]:
    """All files of the image as a container sees them.

    Raises:
        WillNotStart: the engine does not hand them out.
    """
    argv = [engine.client, "create", "--platform", f"linux/{subject.architecture}", subject.reference, "true"]
    made = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    if made.returncode:
        raise WillNotStart(subject.reference, made.stderr.strip())
    number = made.stdout.strip().splitlines()[-1]
    try:
        with (
            subprocess.Popen([engine.client, "export", number], stdout=subprocess.PIPE) as export,
            tarfile.open(fileobj=export.stdout, mode="r|") as archive,
        ):
            return tuple(_entry(member) for member in archive)
    except tarfile.TarError as error:
        raise WillNotStart(subject.reference, f"its files cannot be read: {error}") from None
    finally:
        subprocess.run([engine.client, "rm", "--force", "--volumes", number], capture_output=True, check=False)


def _entry(member: tarfile.TarInfo) -> Entry:
    name = member.name.removeprefix("./").rstrip("/")
    return Entry(name, member.size, member.mode & 0o7777, member.uid, _kind(member))


def _kind(member: tarfile.TarInfo) -> str:
    if member.issym() or member.islnk():
        return "link"
    return "folder" if member.isdir() else "file" if member.isfile() else "other"


def size(bench: Bench) -> Mapping[str, object]:
    """Sum of all files, against the budget where there is one."""
    files = bench.files()
    total = sum(one.bytes for one in files)
    figures = {"bytes": total, "budget": bench.budget or "none", "files": sum(one.kind == "file" for one in files)}
    if bench.budget and total > bench.budget:
        raise Failed(f"its files have {total / 1e6:.0f} MB, the budget is {bench.budget / 1e6:.0f}", figures)
    return figures


def nothing_left(bench: Bench) -> Mapping[str, object]:
    """No compiler, cache, manual or file of the build."""
    found = matching(bench.files(), LEFT)
    if found and bench.platform.kind == "processor":
        raise Failed(f"left behind: {_few(found)}", {"left": len(found)})
    # A vendor's base may carry a compiler that its operators are built with when they first run.
    own = [path for path in found if path.startswith(("opt/venv/", "files/", "wheelhouse/", "root/.cache/", "data/"))]
    if own:
        raise Failed(f"left behind: {_few(own)}", {"left": len(own)})
    return {"of the base": len(found)}


def no_secrets(bench: Bench) -> Mapping[str, object]:
    """No key or password in a file, a variable or an instruction."""
    files = [one.path for one in bench.files() if one.kind == "file"]
    found = [path for path in files if any(fnmatch(f"/{path}", pattern) for pattern in SECRET)]
    if found:
        raise Failed(f"secrets lie in it: {_few(found)}")
    subject = bench.subject
    variables = [f"{name}={value}" for name, value in subject.variables.items()]
    told = [*variables, *(layer.made_by for layer in subject.layers)]
    # Not the password itself: this goes into logs.
    shown = [f"{words.partition('://')[0][:60]}://…" for words in told if _has_password(words)]
    if shown:
        raise Failed(f"a password is written in its configuration: {_few(shown)}")
    return {"looked at": len(files)}


def _has_password(words: str) -> bool:
    for place in words.split("://")[1:]:
        host = place.split("/")[0].split(" ")[0]
        if "@" in host and ":" in host.split("@")[0]:
            return True
    return False


def permissions(bench: Bench) -> Mapping[str, object]:
    """No file that anybody may change, and no program that runs as another user besides the system's own."""
    files = bench.files()
    loose = [
        one.path for one in files
        if one.mode & 0o002 and one.kind != "link" and not any(fnmatch(one.path, known) for known in OPEN)
        and not (one.kind == "folder" and one.mode & 0o1000)
    ]  # fmt: skip
    raised = [one.path for one in files if one.kind == "file" and one.mode & 0o6000 and one.path not in SETUID]
    figures = {"writable by anybody": len(loose), "unknown setuid": len(raised)}
    strict = bench.platform.kind == "processor"
    mine = loose if strict else [path for path in loose if path.startswith("opt/venv/")]
    if mine:
        raise Failed(f"anybody may change {_few(mine)}", figures)
    if raised and strict:
        raise Failed(f"runs as another user: {_few(raised)}", figures)
    return figures


def matching(files: Iterable[Entry], patterns: tuple[str, ...]) -> list[str]:
    """Paths of files and links that fit a pattern, in which ``*`` is one step for a path with as many steps."""
    return [
        one.path for one in files
        if one.kind in ("file", "link") and any(_fits(PurePosixPath(one.path), pattern) for pattern in patterns)
    ]  # fmt: skip


def _fits(path: PurePosixPath, pattern: str) -> bool:
    steps = pattern.split("/")
    if steps[-1] == "*":  # everything below
        head = path.parts[: len(steps) - 1]
        return len(path.parts) >= len(steps) and all(map(fnmatch, head, steps))
    return len(path.parts) == len(steps) and all(map(fnmatch, path.parts, steps))


def _few(paths: list[str]) -> str:
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
