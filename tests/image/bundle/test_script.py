"""``run.sh`` as it is rendered: the data of a platform, and the same command that ``yoloport up`` would run."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from image.bundle.conftest import SHELLS, Site, machine
from yoloport.host import machine as machines
from yoloport.host.engine import MACHINES, Engine
from yoloport.image.bundle.contents import Archive, Image, Layer, Part
from yoloport.image.bundle.script import script
from yoloport.platforms.choose import choose
from yoloport.platforms.load import load_all, sought
from yoloport.platforms.schema import Platform, Product
from yoloport.workspace.plan import Request, User, build, image_name
from yoloport.workspace.render_engine import run as rendered

PLATFORMS = load_all()
BY_NAME = {platform.name: platform for platform in PLATFORMS}
SOUGHT = sought(PLATFORMS)
DIGEST = "sha256:" + "0" * 64
BY_MACHINE = {machine: architecture for architecture, machine in MACHINES.items()}
ARCHIVE = Archive(
    format="docker",
    compression="zstd",
    parts=(Part(name="image.tar.zst.000", bytes=9, sha256="1" * 64),
           Part(name="image.tar.zst.001", bytes=5, sha256="2" * 64)),
    layers_bytes=10,
    digests=(DIGEST,),
)  # fmt: skip


def text_for(platform: Platform) -> str:
    image = Image(
        reference=image_name(platform.name),
        id=DIGEST,
        ids=(DIGEST,),
        architecture=BY_MACHINE[platform.architectures[0]],
        health=("python", "-m", "yoloport.supervise.health"),
        unpacked_bytes=3_000_000_000,
        layers=(Layer(diff_id=DIGEST, digest=DIGEST, bytes=14, media_type="tar"),),
    )
    return script(platform, image, ARCHIVE, None, 2_000_000)


@pytest.mark.parametrize("name", ["cpu", "ascend", "cambricon", "rockchip"])
def test_the_data_of_a_platform(name: str, golden: Callable[[str, str], None]):
    data, _, code = text_for(BY_NAME[name]).partition("\n# From here on")
    golden(f"run-{name}.txt", data)
    assert len(code) > 10_000


def test_the_code_is_the_same_for_every_platform():
    codes = {text_for(platform).partition("\n# From here on")[2] for platform in PLATFORMS}
    assert len(codes) == 1


@pytest.mark.parametrize("name", ["cpu", "ascend", "rockchip"])
def test_shellcheck_has_nothing_to_say(name: str, tmp_path: Path):
    if not shutil.which("shellcheck"):
        pytest.skip("no shellcheck here")
    file = tmp_path / "run.sh"
    file.write_text(text_for(BY_NAME[name]))
    done = subprocess.run(["shellcheck", "-s", "sh", str(file)], capture_output=True, text=True)
    assert done.stdout == "" and done.returncode == 0


def exact(pattern: str, number: str) -> str:
    """A path that the glob matches."""
    return (
        pattern.replace("[0-9][0-9]", "[0-9]").replace("[0-9]*", number).replace("[0-9]", number).replace("*", number)
    )


def own(file: Path, gid: int, mode: int) -> None:
    """As a driver leaves a node: for a group, which only root can give it."""
    file.chmod(mode)
    if os.geteuid() == 0:
        os.chown(file, 0, gid)


def furnish(site: Site, platform: Platform, product: Product | None) -> None:
    """Everything that the platform looks for on a machine, with two cards."""
    group = product or platform.container
    nodes = [exact(glob, number) for glob in platform.match.nodes for number in ("0", "11")]
    nodes += [entry.split(":")[0].replace("*", "128") for entry in (*group.shared, *group.optional)]
    nodes += [product.detect] if product else []
    if "/dev/dri" in nodes:
        own(site.node("/dev/dri/card128"), 44, 0o660)
        own(site.node("/dev/dri/renderD128"), 105, 0o666)
    folders = {"/dev/dri", "/dev/uburma", *group.mounts}
    for path in sorted(nodes):
        if path.startswith("/dev/dri/"):
            continue
        if path in folders:
            (site.root / path[1:]).mkdir(parents=True, exist_ok=True)
        else:
            own(site.node(path), 1007, 0o660)
    for path in group.mounts:
        (site.root / path[1:]).mkdir(parents=True, exist_ok=True)
    site.node("/proc/device-tree/compatible", "board\0" + "\0".join(platform.match.compatible[:1]) + "\0")
    for slot, klass in enumerate([*platform.match.pci_classes[:1] * 3, "0604"]):
        device = f"/sys/bus/pci/devices/0000:0{slot}:00.0"
        site.node(f"{device}/vendor", f"0x{(platform.match.pci_vendors or ('8086',))[0]}\n")
        site.node(f"{device}/device", f"0x{(platform.match.pci_devices or ('0001',))[0]}\n")
        site.node(f"{device}/class", f"0x{klass}00\n")


def cases() -> Iterator[tuple[str, int, str, bool, int]]:
    for platform in PLATFORMS:
        for number in range(-1, len(platform.product)):
            yield platform.name, number, "", False, 1000
        yield platform.name, -1, "", False, 0
        if platform.match.cards == "node" and platform.match.nodes:
            yield platform.name, -1, "11", False, 1000
        if platform.container.cdi:
            yield platform.name, -1, "", True, 1000


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("name", "product", "devices", "cdi", "uid"), list(cases()))
def test_it_starts_what_yoloport_up_would(
    name: str, product: int, devices: str, cdi: bool, uid: int, shell: str, tmp_path: Path
):
    if not shutil.which(SHELLS[shell][0]):
        pytest.skip(f"no {shell} here")
    platform = BY_NAME[name]
    site = Site(tmp_path, SHELLS[shell])
    machine(tmp_path)
    furnish(site, platform, platform.product[product] if product >= 0 else None)
    if cdi:
        site.node("/etc/cdi/vendor.yaml", f"cdiVersion: 0.5.0\nkind: {platform.container.cdi}\ndevices: []\n")
    site.program("id", f"case $1 in -un) echo lin ;; *) echo {uid} ;; esac")
    site.program("uname", f"echo {platform.architectures[0]}")
    site.bundle.mkdir(parents=True)
    (site.bundle / "run.sh").write_text(text_for(platform))
    words = ("--devices", devices) if devices else ()
    told = site.run("--dry-run", *words, LANG="C", FAKE_CDI="[/etc/cdi /var/run/cdi]").stdout

    host = replace(machines.probe(site.root, SOUGHT), architecture=platform.architectures[0])
    choice = choose(PLATFORMS, host, name)
    asked = Request("default", site.home / "yoloport", 8888, 0, tuple(map(int, devices.split(","))) if devices else ())
    plan = build(asked, choice, host, User(uid, uid, "lin"))
    expected = rendered(plan, Engine("docker", str(tmp_path / "bin/docker"), "26", frozenset(), False))
    command = told.partition("command:\n")[2].replace("\\\n", "")
    assert shlex.split(command) == list(expected)
    if platform.kind == "accelerator":
        assert len(plan.card_ids) == (1 if devices else 3 if platform.match.cards == "pci" else 2)
        assert plan.nodes or plan.cdi or plan.gpus_flag, "the case shows nothing if no card is passed"


def bare(folder: Path, platform: Platform) -> Site:
    """A machine of the right architecture without a single device."""
    site = Site(folder, ["dash"])
    machine(folder)
    site.program("uname", f"echo {platform.architectures[0]}")
    site.bundle.mkdir(parents=True)
    (site.bundle / "run.sh").write_text(text_for(platform))
    return site


@pytest.mark.parametrize("name", [platform.name for platform in PLATFORMS if platform.kind != "processor"])
def test_without_a_device_it_says_so_and_starts_nothing(name: str, tmp_path: Path):
    platform = BY_NAME[name]
    site = bare(tmp_path, platform)
    said = site.run(code=11).stderr
    assert platform.title["en"] in said and "nothing was started" in said and "no device node" in said
    assert {line.split()[0] for line in site.asked()} <= {"--version", "version"}
    assert platform.title["zh"] in site.run(code=11, LANG="zh_CN").stderr


@pytest.mark.parametrize("name", [platform.name for platform in PLATFORMS if platform.match.pci_vendors])
def test_a_card_whose_driver_is_not_loaded_is_told_from_no_card(name: str, tmp_path: Path):
    platform = BY_NAME[name]
    site = bare(tmp_path, platform)
    device = "/sys/bus/pci/devices/0000:01:00.0"
    site.node(f"{device}/vendor", f"0x{platform.match.pci_vendors[0]}\n")
    site.node(f"{device}/device", f"0x{(platform.match.pci_devices or ('0001',))[0]}\n")
    site.node(f"{device}/class", f"0x{(platform.match.pci_classes or ('1200',))[0]}00\n")
    assert "the driver is not loaded" in site.run(code=11).stderr
    site.node(f"{device}/vendor", "0xffff\n")
    assert "the driver is not loaded" not in site.run(code=11).stderr


def test_a_docker_without_cdi_gets_the_nodes(tmp_path: Path):
    platform = next(p for p in PLATFORMS if p.container.cdi and p.container.card and not p.container.gpus_flag)
    site = bare(tmp_path, platform)
    furnish(site, platform, None)
    site.node(
        "/etc/cdi/vendor.json", json.dumps({"cdiVersion": "0.5.0", "kind": platform.container.cdi, "devices": []})
    )
    node = platform.container.card.format(physical=0)
    done = site.run("--dry-run", FAKE_CDI="[]")
    assert f"--device {node}" in done.stdout and "CDI" in done.stderr
    assert f"--device {platform.container.cdi}=0" in site.run("--dry-run", FAKE_CDI="[/etc/cdi]").stdout
