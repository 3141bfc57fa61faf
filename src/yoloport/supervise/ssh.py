"""sshd for this one user: keys only, host key made at first start and kept."""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template

from yoloport.supervise.settings import Settings

_CONFIG = Template("""# Written by yoloport at every start.
Port $port
ListenAddress $address
HostKey "$host_key"
AuthorizedKeysFile "$authorized_keys"
AuthenticationMethods publickey
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitEmptyPasswords no
PermitRootLogin $root_login
AllowUsers $user
# An ordinary user's sshd cannot ask PAM, and serves its own uid only.
UsePAM no
# The keys lie in a folder of mode 0700; a mounted data folder's parents may be anybody's.
StrictModes no
X11Forwarding no
PrintMotd no
PidFile none
LogLevel VERBOSE
Subsystem sftp internal-sftp
ForceCommand $enter
SetEnv YOLOPORT_SUPERVISOR=$supervisor
""")


class NoSshd(Exception):
    """OpenSSH's server is not installed."""


def config(settings: Settings, folder: Path, user: str) -> str:
    """The text of ``sshd_config``. Logins take their environment from the supervisor's process, not from this file."""
    return _CONFIG.substitute(
        port=settings.ssh_port,
        address=settings.address,
        host_key=folder / "host_ed25519",
        authorized_keys=str(folder / "authorized_keys").replace("%", "%%"),  # sshd expands %h and the like here
        root_login="prohibit-password" if user == "root" else "no",
        user=user,
        enter=f"{shlex.quote(sys.executable)} -m yoloport.supervise.enter --login",
        supervisor=os.getpid(),
    )


def write(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    """Write keys and configuration and return the command that serves them.

    Raises:
        NoSshd: there is no sshd or ssh-keygen here.
    """
    sshd = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:" + environ.get("PATH", ""))
    keygen = shutil.which("ssh-keygen", path=environ.get("PATH"))
    if not sshd or not keygen:
        raise NoSshd(
            "sshd is not installed: apt-get install openssh-server (Debian, Ubuntu), dnf install openssh-server"
        )
    folder = settings.state / "ssh"
    folder.mkdir(mode=0o700, exist_ok=True)
    if settings.authorized_keys:
        _write_private(folder / "authorized_keys", settings.authorized_keys.read_bytes())
    host_key = folder / "host_ed25519"
    if not host_key.is_file():
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-C", "yoloport", "-f", str(host_key)], check=True)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where uid 0's sshd confines its network half
    user = pwd.getpwuid(os.geteuid()).pw_name
    _write_private(folder / "sshd_config", config(settings, folder, user).encode())
    return [sshd, "-D", "-e", "-f", str(folder / "sshd_config")]


def _write_private(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
