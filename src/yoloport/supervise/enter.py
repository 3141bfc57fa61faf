"""``python -m yoloport.supervise.enter [COMMAND …]``: a shell, or a command, that sees what kernels see.

With ``--login`` the command is the one that a person sent over SSH, if any.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from yoloport.supervise.inherit import environment_of
from yoloport.supervise.settings import Settings, children_environment, read

_SFTP = ("/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server")


def main() -> None:
    """Replace this process by the command."""
    login = sys.argv[1:] == ["--login"]
    given = _of_the_supervisor(os.environ) if login else dict(os.environ)
    settings = read(given)
    environ = children_environment(settings, given, Path(sys.executable))
    # Below level 2 bash takes a command sent over SSH for a login and reads ~/.bashrc, where PATH is often set anew.
    environ["SHLVL"] = str(max(1, int(environ.get("SHLVL", "0") or 0)))
    argv = _login(settings, environ) if login else sys.argv[1:] or shell(settings, environ)
    os.chdir(settings.data)
    try:
        os.execvpe(argv[0], argv, environ)
    except OSError as error:
        print(f"yoloport: {argv[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(127)


def _of_the_supervisor(environ: Mapping[str, str]) -> dict[str, str]:
    """A login gets next to nothing from sshd; an image's ENV and a vendor's variables are the supervisor's."""
    session = {name: value for name, value in environ.items() if name.startswith("SSH_") or name == "TERM"}
    return {**environment_of(int(environ["YOLOPORT_SUPERVISOR"])), **session}


def shell(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    """An interactive shell whose ``python`` is the workspace's, whatever the user's own ``~/.bashrc`` puts first."""
    file = settings.state / "shellrc"
    tools = shlex.quote(environ["PATH"].split(os.pathsep)[0])
    file.write_text(f"[ -r ~/.bashrc ] && . ~/.bashrc\nPATH={tools}:$PATH\n", encoding="utf-8")
    return ["/bin/bash", "--rcfile", str(file)]


def _login(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    sent = environ.get("SSH_ORIGINAL_COMMAND", "")
    if sent == "internal-sftp":
        return [next((path for path in _SFTP if Path(path).is_file()), _SFTP[0])]
    return ["/bin/bash", "-c", sent] if sent else shell(settings, environ)


if __name__ == "__main__":
    main()
