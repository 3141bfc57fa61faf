"""Everything that has to be in place before the servers start; doing it again changes nothing."""

from __future__ import annotations

import json
import os
import pwd
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from yoloport.supervise.settings import Settings, private_folder

FOLDERS = ("datasets", "weights", "runs", "notebooks")
_EXTRA_USERS = Path("/var/lib/extrausers")
_TOKEN_LETTERS = 43  # 256 bits in base 64


class NotWritable(Exception):
    """The data folder cannot be written by this user."""


def folders(settings: Settings) -> None:
    """The data folder's layout, and the workspace's own state that only its owner may read.

    Raises:
        NotWritable: says who owns the folder and who we are.
    """
    try:
        for name in FOLDERS:
            (settings.data / name).mkdir(parents=True, exist_ok=True)
        private_folder(settings.data, settings.name)
        for folder in (settings.state / "logs", settings.state / "home", settings.trainings):
            folder.mkdir(mode=0o700, exist_ok=True)
        settings.stop_file.unlink(missing_ok=True)
    except OSError as error:
        owner = settings.data.stat().st_uid if settings.data.exists() else "nobody"
        raise NotWritable(
            f"{settings.data} belongs to uid {owner} and uid {os.geteuid()} cannot write it: {error}"
        ) from error


def token(settings: Settings) -> str:
    """The workspace's token: 256 random bits, made once, in a file that only its owner can read."""
    file = settings.token_file
    try:
        kept = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        kept = ""
    if len(kept) >= _TOKEN_LETTERS:
        file.chmod(0o600)
        return kept
    # None yet, or a damaged one: to Jupyter an empty token means that nobody has to log in.
    made = secrets.token_urlsafe(32)
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(made + "\n")
    part.replace(file)
    return made


def account(settings: Settings) -> None:
    """Give a container's uid a name where it has none: sshd and torch (getpass) refuse to work for a nameless user."""
    uid, gid = os.geteuid(), os.getegid()
    try:
        pwd.getpwuid(uid)
    except KeyError:
        if os.access(_EXTRA_USERS, os.W_OK):
            home, named = settings.state / "home", _named(gid)
            line = f"{settings.user}:x:{uid}:{named}::{home}:/bin/bash\n"
            (_EXTRA_USERS / "passwd").write_text(line, encoding="ascii")
            (_EXTRA_USERS / "group").write_text(f"{settings.user}:x:{named}:\n", encoding="ascii")


def _named(gid: int) -> int:
    """The group to write down: libnss-extrausers passes over users of a group below 500, besides 100.

    Clusters start containers as any uid of group 0. Source: libnss-extrausers 0.10 s_config.h (MINGID, USERSGID).
    """
    return gid if gid >= 500 else 100


def ultralytics_settings(settings: Settings, environ: Mapping[str, str]) -> None:
    """Point Ultralytics' own settings at the data folder, through its own interface, once."""
    wanted = {
        "datasets_dir": str(settings.data / "datasets"),
        "weights_dir": str(settings.data / "weights"),
        "runs_dir": str(settings.data / "runs"),
        "tensorboard": True,
        "sync": False,
    }
    file = settings.state / "ultralytics/Ultralytics/settings.json"  # upstream adds a folder of its own name
    try:
        if wanted.items() <= json.loads(file.read_text(encoding="utf-8")).items():
            return
    except (OSError, ValueError):
        pass  # not there yet, or an interrupted write: the next line makes it anew
    (settings.state / "ultralytics").mkdir(exist_ok=True)
    update = f"from ultralytics import settings; settings.update({wanted!r})"
    # It imports torch, and a plug-in that cannot load, as beside an ill driver, must not keep the workspace down.
    quiet = {**environ, "TORCH_DEVICE_BACKEND_AUTOLOAD": "0"}
    # JupyterLab gets up meanwhile and comes first: somebody waits for it.
    behind = ["nice", "-n", "10", sys.executable, "-c", update]
    subprocess.run(behind, env=quiet, check=True, stdout=subprocess.DEVNULL)


def notebooks(settings: Settings) -> None:
    """Put the tutorial where the user finds it; a notebook that is there, perhaps edited, stays as it is."""
    from yoloport.inside.notebooks import build

    for language in build.LANGUAGES:
        file = settings.data / "notebooks" / build.file_name(language)
        if not file.exists():
            file.write_text(build.text(language), encoding="utf-8")
