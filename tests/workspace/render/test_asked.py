"""What can be wrong in what is asked, and where the facts come from; and the verb as a user types it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from workspace.recorded import MACHINES
from yoloport.cli import render
from yoloport.cli.render import app
from yoloport.errors import Exit, Problem
from yoloport.host.ports import BadPort
from yoloport.host.recorded import BadSnapshot
from yoloport.image.base import NoBase
from yoloport.platforms.choose import NoCards, WrongArchitecture
from yoloport.platforms.load import UnknownPlatform
from yoloport.workspace.arrange import BadDevices
from yoloport.workspace.checks import BadCertificate, BadName, DataFolderUnusable
from yoloport.workspace.plan import NoSuchDevice
from yoloport.workspace.render_asked import Asked, BadUser, CardsOfWhat, for_a_cluster, settle
from yoloport.workspace.render_scene import BadImageName, CannotHave, NoImageKnown, NotAPathThere, of_catalogue

TWO_CARDS = MACHINES / "ascend-310p.toml"
WRONG = [
    (Asked("nosuch"), UnknownPlatform),
    (Asked("nosuch", cards=1), UnknownPlatform),
    (Asked("nosuch", TWO_CARDS), UnknownPlatform),
    (Asked(cards=2), CardsOfWhat),
    (Asked("ascend", cards=0), CannotHave),
    (Asked("ascend", cards=-1), CannotHave),
    (Asked("ascend", cards=100_000), CannotHave),
    (Asked("cpu", cards=1), CannotHave),
    (Asked("rockchip", cards=2), CannotHave),
    (Asked(snapshot=TWO_CARDS, cards=3), CannotHave),
    (Asked(snapshot=TWO_CARDS, devices="7"), NoSuchDevice),
    (Asked("ascend", cards=2, devices="2"), NoSuchDevice),
    (Asked(snapshot=TWO_CARDS, devices="first"), BadDevices),
    (Asked(snapshot=Path("/nosuch.toml")), BadSnapshot),
    (Asked("kunlunxin", TWO_CARDS), NoCards),
    (Asked("cambricon", TWO_CARDS), WrongArchitecture),
    (Asked(snapshot=TWO_CARDS, data=Path("here")), NotAPathThere),
    (Asked(snapshot=TWO_CARDS, ssh_key=Path("~/.ssh/id.pub")), NotAPathThere),
    (Asked(snapshot=TWO_CARDS, data=Path("/a,b")), DataFolderUnusable),
    (Asked(snapshot=TWO_CARDS, data=Path("/a\nb")), DataFolderUnusable),
    (Asked(snapshot=TWO_CARDS, image="a b"), BadImageName),
    (Asked(snapshot=TWO_CARDS, image="--privileged"), BadImageName),
    (Asked(snapshot=TWO_CARDS, name="A b"), BadName),
    (Asked(snapshot=TWO_CARDS, port=0), BadPort),
    (Asked(snapshot=TWO_CARDS, port=65536), BadPort),
    (Asked(snapshot=TWO_CARDS, port=2222, ssh_key=Path("/k.pub")), BadPort),
    (Asked(snapshot=TWO_CARDS, user="lin"), BadUser),
    (Asked(snapshot=TWO_CARDS, user="1:99999999999"), BadUser),
    (Asked(snapshot=TWO_CARDS, tls_cert=Path("/c.pem")), BadCertificate),
    (Asked(snapshot=TWO_CARDS, tls_cert=Path("/c.pem"), tls_key=Path("/k.pem")), BadCertificate),
]


@pytest.mark.parametrize(("asked", "problem"), WRONG, ids=lambda value: getattr(value, "__name__", ""))
def test_what_is_wrong_is_told_with_a_remedy(asked: Asked, problem: type[Problem]):
    with pytest.raises(problem) as told:
        settle(asked)
    assert told.value.cause and told.value.remedy and told.value.exit is not Exit.UNEXPECTED


def test_a_platform_that_no_image_can_be_built_for_needs_one_named():
    scene = of_catalogue("thead", None)
    bare = scene.choice.platform.model_copy(update={"base": ()})
    scene = replace(scene, choice=replace(scene.choice, platform=bare))
    made = settle(Asked("thead"), scene)
    with pytest.raises(NoImageKnown) as told:
        render._require_image(made, "")
    assert told.value.exit == Exit.NO_IMAGE and "--image" in told.value.remedy
    render._require_image(made, "registry.example/yolo:1")


@pytest.mark.parametrize("form", ["docker", "compose", "systemd", "kubernetes"])
def test_every_form_that_names_an_image_asks_whether_there_is_one(form: str, monkeypatch):
    def none(platform):
        raise NoBase(platform.name, "", ())

    monkeypatch.setattr("yoloport.image.base.base", none)
    there = ("--platform", "sophgo", "--cards", "1", *(("--resource", "a.example/b") if form == "kubernetes" else ()))
    assert typed(form, *there).exit_code == Exit.NO_IMAGE
    assert "yolo:1" in typed(form, *there, "--image", "yolo:1").stdout
    assert typed("cdi", "--platform", "sophgo", "--cards", "1").exit_code == 0


def test_a_cluster_takes_no_root():
    with pytest.raises(BadUser):
        for_a_cluster("cpu", None, None, "default", "", "0:0")


def test_a_platform_that_is_not_here_is_rendered_from_the_catalogue_and_that_is_said():
    made = settle(Asked("kunlunxin"))
    assert made.scene.known == "catalogue" and made.plan.card_ids == (0,)
    assert "catalogue" in made.told[0] and "another machine" in made.told[1]


def test_what_only_the_machine_knows_is_told():
    told = "\n".join(settle(Asked("ascend", cards=2)).told)
    assert "/dev/dvpp_cmdlist" in told and "stat -c %g" in told and "310B" in told and "chown 1000" in told
    assert "/usr/local/sbin/npu-smi" in told, "the tool lies in one folder or the other"


def test_of_a_recorded_machine_everything_about_nodes_is_known():
    assert settle(Asked(snapshot=TWO_CARDS)).about_cards == (
        "Rendered from the facts of the snapshot ascend-310p.toml.",
    )


def test_of_a_tool_that_lies_in_one_of_two_folders_one_is_mounted():
    hosts = [mount.host for mount in settle(Asked("ascend", cards=1)).plan.mounts]
    assert sum(host.endswith("npu-smi") for host in hosts) == 1 and "/usr/local/Ascend/driver" in hosts


def test_the_first_cards_of_a_recorded_machine():
    assert settle(Asked(snapshot=TWO_CARDS, cards=1)).plan.card_ids == (0,)


def typed(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize("form", ["docker", "compose", "systemd", "kubernetes", "cdi"])
def test_every_form_is_printed_or_written(form: str, tmp_path: Path):
    printed = typed(form, "--platform", "cambricon", "--cards", "2")
    assert printed.exit_code == 0 and printed.stdout.endswith("\n")
    file = tmp_path / "made"
    written = typed(form, "--platform", "cambricon", "--cards", "2", "-o", str(file))
    assert written.exit_code == 0 and written.stdout == "" and file.read_text(encoding="utf-8") == printed.stdout


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path):
    done = typed("compose", "--platform", "cambricon", "--cards", "1", "-o", str(tmp_path / "no/such/file"))
    assert done.exit_code == Exit.USAGE and "cannot be written" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("compose", "--platform", "nosuch"), Exit.NO_PLATFORM),
        (("docker", "--engine", "lxc"), Exit.USAGE),
        (("cdi", "--format", "xml"), Exit.USAGE),
        (("cdi", "--platform", "cpu"), Exit.NO_DEVICE),
        (("kubernetes", "--platform", "sophgo"), Exit.NO_DEVICE),
        (("kubernetes", "--platform", "cpu", "--ssh-key", "/nosuch"), Exit.USAGE),
        (("systemd", "--snapshot", str(TWO_CARDS), "--devices", "5"), Exit.NO_DEVICE),
    ],
)
def test_a_mistake_ends_with_its_own_code(arguments: tuple[str, ...], code: Exit):
    done = typed(*arguments)
    assert (done.exit_code, done.stdout) == (code, "")


def test_a_quadlet_and_a_unit_of_podman_are_asked_for_by_option():
    assert "[Container]" in typed("systemd", "--quadlet", "--snapshot", str(TWO_CARDS)).stdout
    unit = typed("systemd", "--engine", "podman", "--snapshot", str(TWO_CARDS)).stdout
    assert "ExecStart=/usr/bin/podman run" in unit


def test_a_public_key_comes_into_the_clusters_file(tmp_path: Path):
    key = tmp_path / "id.pub"
    key.write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ lin\n")
    assert "AAAAC3NzaC1lZDI1NTE5AAAAIJ" in typed("kubernetes", "--platform", "cpu", "--ssh-key", str(key)).stdout
