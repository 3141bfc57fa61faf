"""A snapshot is written whole or not at all, and nothing in it names a site or opens a door."""

from __future__ import annotations

import errno
import json
import os
import socket
from pathlib import Path

import pytest

from yoloport.errors import Exit
from yoloport.host import machine, recorded, snapshot_file
from yoloport.host.ask import Values
from yoloport.host.facts import Answer, Sought
from yoloport.host.live import Live
from yoloport.host.recorder import Recorder
from yoloport.host.snapshot_file import CannotWriteSnapshot, known_names, write
from yoloport.host.survey import survey

SECRETS = {
    "host": "gpu-node7", "domain": "corp.example", "user": "weilin", "other user": "zhangsan", "ipv4": "172.16.33.44",
    "public ipv4": "203.0.113.77", "ipv6": "2001:db8:aa::77", "mac": "52:54:00:ab:cd:ef", "serial": "210235HKRY10M9",
    "die": "5C3B8AE420F0", "uuid": "9f0e3c52-8c7b-4a0f-9d6e-1b2c3d4e5f60", "token": "tok-4f9aZ81",
    "password": "hunter2horse", "github": "ghp_abcdefghijklmnop1234", "mail": "wei.lin", "label": "rack=B17",
    "registry": "harbor.inner", "image": "line-inspection", "container": "trainer-of-wei",
}  # fmt: skip
S = SECRETS
TEXT = (
    f"host {S['host']} ({S['host']}.{S['domain']}) of {S['user']}, home /data/{S['user']}/x\n"
    f"/home/{S['other user']}/y\n"
    f"inet {S['ipv4']}/24 via {S['public ipv4']}, inet6 {S['ipv6']}/64, ether {S['mac']}\n"
    f"Serial Number : {S['serial']}\nVDie ID : {S['die']} 20F0A5A8\nUUID: GPU-{S['uuid']}\n"
    f"TOKEN={S['token']} password: {S['password']} {S['github']} <{S['mail']}@{S['domain']}>\n"
    f"https://{S['user']}:{S['password']}@{S['registry']}:5000/v2?token={S['token']}\n"
)
INFO = {
    "Name": S["host"], "ServerVersion": "26.1.3", "Runtimes": {"runc": {"path": "/x"}, "vendor": {}},
    "DefaultRuntime": "runc", "CgroupDriver": "systemd", "SecurityOptions": ["name=seccomp,profile=builtin"],
    "DockerRootDir": f"/data/{S['user']}/docker", "CDISpecDirs": ["/etc/cdi"], "Labels": [S["label"]],
    "HttpProxy": f"http://{S['user']}:{S['password']}@{S['registry']}:3128", "ID": S["uuid"],
    "RegistryConfig": {"IndexConfigs": {S["registry"]: {"Mirrors": [f"https://{S['registry']}"]}}},
    "Swarm": {"NodeAddr": S["ipv4"]}, "OperatingSystem": "openEuler",
}  # fmt: skip
CONFIG = {"Devices": [{"PathOnHost": "/dev/card0"}], "Binds": [f"/data/{S['user']}:/data"], "Privileged": False}
ENVIRON = [f"TOKEN={S['token']}", "VENDOR_VISIBLE=0", f"HOSTNAME={S['container']}"]
IMAGE = [{"Id": "sha256:" + "ab" * 32, "Architecture": "arm64", "Os": "linux", "Size": 5, "RepoTags": [S["image"]],
          "Author": S["user"], "Config": {"Env": [f"TOKEN={S['token']}"], "Labels": {"rack": S["label"]}}}]  # fmt: skip
OPINION = [{"manufacturer": "vendor", "index": 0, "name": "X1", "uuid": S["uuid"], "appendix": {"sn": S["serial"]}}]
WARNING = f'time="now" level=warning msg="no session on {S["host"]} for {S["user"]}"\n'
FILES = {
    "/proc/cpuinfo": f"processor\t: 0\nmodel name\t: Test CPU\nSerial\t\t: {S['serial']}\n",
    "/proc/meminfo": "MemTotal: 1024 kB\n",
    "/proc/modules": "drv 1 0\n",
    "/proc/self/status": f"Name:\t{S['user']}\nCapEff:\t0000000000000000\n",
    "/etc/os-release": f'PRETTY_NAME="Kylin V10"\nHOME_URL="https://{S["registry"]}"\n# {TEXT}',
    "/etc/vendor.conf": TEXT,
    "/etc/cdi/vendor.yaml": f"kind: vendor.example/card\ncontainerEdits:\n  env: [TOKEN={S['token']}]\n{TEXT}",
    f"/data/{S['user']}/v/lib/python3.11/site-packages/torch-2.9.0.dist-info/METADATA": (
        f"Name: torch\nAuthor-email: {S['mail']}@{S['domain']}\nRequires-Dist: numpy>=1\n"
        f"Requires-Dist: inner @ https://{S['user']}:{S['password']}@{S['registry']}/inner.whl\n\n{TEXT}"
    ),
}


class Site(Live):
    """A made-up machine that tells a secret at every question it is asked."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        for name, text in FILES.items():
            file = root / name.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        (root / "dev").mkdir()
        (root / "dev/card0").touch()
        self.asked: set[str] = set()

    def values(self) -> Values:
        kernel = f"5.10.0-60.18.0.50.oe2203-{S['host']}"
        return Values("aarch64", "2.34", kernel, 8, 1000, (1000,), 2026, "UTF-8", f"/data/{S['user']}")

    def variable(self, name):
        return {
            "VIRTUAL_ENV": f"/data/{S['user']}/v",
            "LD_LIBRARY_PATH": f"/data/{S['user']}/lib:/home/{S['other user']}/lib",
            "VENDOR_VISIBLE": f"{S['uuid']}",
            "PYTHONPATH": TEXT,
        }.get(name)

    def run(self, argv, program="", name=(), reduce=str):
        said = {
            "info": WARNING + json.dumps(INFO),
            "ps": WARNING + "0123456789ab\n",
            "inspect": WARNING + f"{json.dumps(CONFIG)}\t{json.dumps(ENVIRON)}\n",
            "image": json.dumps(IMAGE),
            "detect": WARNING + json.dumps(OPINION),
            "board": TEXT,
        }[argv[1]]
        self.asked.add(argv[1])
        return Answer(name or argv, reduce(said), 0)


SOUGHT = Sought(
    nodes=("/dev/card*",), texts=("/etc/vendor.conf",), commands=(("vendor-smi", "board"),),
    environment=("VENDOR_VISIBLE",),
)  # fmt: skip


def snapshot_of(site: Site, file: Path) -> str:
    names = (S["host"], S["domain"], S["user"], S["host"].upper())
    listening = Recorder(site, names)
    host = machine.probe(listening, SOUGHT)
    survey(listening, host, SOUGHT, f"{S['registry']}:5000/{S['image']}:1")
    write(file, listening)
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize("secret", sorted(set(SECRETS) - {"registry", "image"}))
def test_no_secret_is_in_a_snapshot_wherever_the_machine_tells_it(secret: str, tmp_path: Path):
    site = Site(tmp_path / "root")
    text = snapshot_of(site, tmp_path / "machine.toml")
    assert site.asked == {"info", "ps", "inspect", "image", "detect", "board"}, "every question was put"
    assert SECRETS[secret].lower() not in text.lower()


def test_a_registry_is_named_only_where_the_user_named_it(tmp_path: Path):
    text = snapshot_of(Site(tmp_path / "root"), tmp_path / "machine.toml")
    named = [line for line in text.splitlines() if S["registry"] in line or S["image"] in line]
    assert named and all(line.startswith("argv = ") for line in named)


def test_a_snapshot_without_secrets_still_tells_all_that_is_diagnosed(tmp_path: Path):
    snapshot_of(Site(tmp_path / "root"), tmp_path / "machine.toml")
    told = recorded.load(tmp_path / "machine.toml")
    host = machine.probe(told, SOUGHT)
    around = survey(told, host, SOUGHT, f"{S['registry']}:5000/{S['image']}:1")
    docker = around.engines[0]
    assert (docker.version, docker.runtimes, docker.cdi) == ("26.1.3", ("runc", "vendor"), True)
    assert docker.containers == (("1", ("/dev/card0", "VENDOR_VISIBLE=0")),)
    assert [package.version for package in around.packages] == ["2.9.0"]
    assert host.cdi_kinds == {"vendor.example/card"} and around.kernel.startswith("5.10.0-60.18.0.50.oe2203")
    answer = around.answer("docker", "image", "inspect", f"{S['registry']}:5000/{S['image']}:1")
    assert answer is not None and json.loads(answer.text)[0]["Architecture"] == "arm64"


@pytest.fixture
def listening(tmp_path: Path) -> Recorder:
    """A recorder that heard little."""
    found = Recorder(Live(tmp_path))
    machine.probe(found)
    return found


@pytest.mark.parametrize(
    "place", [".", "..", "", "/", "none/x.toml", "file/x.toml", "loop", "a" * 300, "a\0b", "folder"]
)
def test_a_place_that_cannot_be_written_is_told_and_nothing_is_left_behind(listening, place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CannotWriteSnapshot) as caught:
        write(Path(place), listening)
    assert caught.value.exit is Exit.DATA_FOLDER and "cannot be written: " in caught.value.cause
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_full_or_read_only_disk_leaves_the_old_snapshot_as_it_was(listening, number, tmp_path, monkeypatch):
    file = tmp_path / "machine.toml"
    file.write_text("old")
    real = Path.write_text

    def half(self: Path, text: str, **more: str) -> int:
        real(self, text[:20], **more)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "write_text", half)
    with pytest.raises(CannotWriteSnapshot, match=os.strerror(number)):
        write(file, listening)
    assert file.read_text() == "old" and list(tmp_path.iterdir()) == [file]


def test_a_full_device_is_told():
    with pytest.raises(CannotWriteSnapshot, match="No space left"):
        write(Path("/dev/full"), Recorder(Live(Path("/nowhere"))))


def test_what_is_no_ordinary_file_is_written_into_and_not_replaced(listening, tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write(pipe, listening)
    assert os.read(reading, 10) == b"format = 1" and pipe.is_fifo()
    os.close(reading)


def test_a_link_stays_a_link_and_its_file_is_written(listening, tmp_path: Path):
    (tmp_path / "true.toml").write_text("old")
    (tmp_path / "link.toml").symlink_to("true.toml")
    write(tmp_path / "link.toml", listening)
    assert (tmp_path / "link.toml").is_symlink()
    assert (tmp_path / "true.toml").read_text().startswith("format = 1")


def test_a_machine_is_known_by_its_host_name_domain_and_users(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(socket, "gethostname", lambda: "Node7.corp.example")
    monkeypatch.setattr(socket, "getfqdn", lambda *_: pytest.fail("a name server was asked"))
    monkeypatch.setenv("SUDO_USER", "weilin")
    monkeypatch.setenv("USER", "root")
    names = known_names()
    assert {"Node7.corp.example", "node7", "corp.example", "weilin", "NODE7"} <= set(names)
    assert "root" not in names and "ROOT" not in names


def test_a_machine_that_is_called_as_every_other_has_no_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(socket, "gethostname", lambda: "localhost.localdomain")
    for name in ("USER", "LOGNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "root")
    monkeypatch.setattr(snapshot_file.pwd, "getpwuid", lambda _: {}[0])
    assert known_names() == ()
