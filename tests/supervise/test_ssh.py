"""sshd: keys only, for this one user, with what kernels see."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from yoloport.supervise import ssh
from yoloport.supervise.settings import Settings

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
needs_sshd = pytest.mark.skipif(not SSHD or not shutil.which("ssh-keygen"), reason="OpenSSH's server is not installed")
KEY = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1dCB0aGlzIGlzIG5vIHJlYWwga2V5IGF0IGFsbA== lin@laptop\n"
ENVIRON = {"PATH": os.environ["PATH"], "YOLOPORT_DATA": "/data", "SECRET": "x", "HOME": "/home/lin"}


@pytest.fixture
def with_key(settings: Settings, tmp_path: Path) -> Settings:
    (tmp_path / "id.pub").write_bytes(KEY)
    return replace(settings, authorized_keys=tmp_path / "id.pub", ssh_port=2200)


def test_the_configuration_is_exactly_this(settings: Settings, golden):
    text = ssh.config(settings, Path("/state/ssh"), "lin")
    golden("sshd_config.txt", text.replace(sys.executable, "PYTHON").replace(str(os.getpid()), "PID"))


def test_root_may_log_in_with_a_key_only_and_no_other_user_may(settings: Settings):
    assert "\nPermitRootLogin prohibit-password\n" in ssh.config(settings, Path("/s"), "root")
    text = ssh.config(settings, Path("/s"), "lin")
    assert "\nPermitRootLogin no\n" in text and "\nAllowUsers lin\n" in text


def test_the_host_key_is_made_once_and_files_are_the_owners_alone(with_key: Settings):
    if not SSHD:
        pytest.skip("OpenSSH's server is not installed")
    argv = ssh.write(with_key, ENVIRON)
    folder = with_key.state / "ssh"
    made = (folder / "host_ed25519").read_bytes()
    assert ssh.write(with_key, ENVIRON) == argv and (folder / "host_ed25519").read_bytes() == made
    assert (folder / "authorized_keys").read_bytes() == KEY
    assert "SECRET" not in (folder / "sshd_config").read_text(), "logins take their environment from the supervisor"
    assert {f.stat().st_mode & 0o777 for f in folder.iterdir() if f.suffix != ".pub"} == {0o600}


def accepted(settings: Settings) -> subprocess.CompletedProcess[str]:
    argv = ssh.write(settings, ENVIRON)
    return subprocess.run([argv[0], "-t", "-f", argv[-1]], capture_output=True, text=True, check=False)


@needs_sshd
def test_the_real_sshd_accepts_the_configuration(with_key: Settings):
    done = accepted(with_key)
    assert (done.returncode, done.stderr) == (0, "")


@needs_sshd
def test_the_real_sshd_understands_it_as_meant(with_key: Settings):
    argv = ssh.write(with_key, ENVIRON)
    done = subprocess.run([argv[0], "-T", "-f", argv[-1]], capture_output=True, text=True, check=True)
    said = done.stdout.splitlines()
    for line in ("port 2200", "passwordauthentication no", "kbdinteractiveauthentication no", "permitemptypasswords no",
                 "authenticationmethods publickey", "usepam no", "x11forwarding no"):  # fmt: skip
        assert line in said


@needs_sshd
@pytest.mark.parametrize("name", ["my data", "100%h", "数据"])
def test_a_strange_data_folder_is_served_too(with_key: Settings, tmp_path: Path, name: str):
    spaced = replace(with_key, data=tmp_path / name)
    spaced.state.mkdir(parents=True)
    assert accepted(spaced).returncode == 0


def test_without_sshd_the_packages_name_is_told(with_key: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    with pytest.raises(ssh.NoSshd, match="apt-get install openssh-server"):
        ssh.write(with_key, ENVIRON)
