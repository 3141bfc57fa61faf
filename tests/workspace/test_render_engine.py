"""A plan as a command line of an engine: the least that works, and a text that survives being pasted."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from yoloport.host.engine import Engine
from yoloport.workspace import render_engine
from yoloport.workspace.plan import Plan, User

DOCKER = Engine("docker", "/usr/bin/docker", "26.1.5", frozenset({"runc"}), rootless=False)
PODMAN = Engine("podman", "podman", "4.3.1", frozenset(), rootless=True)
ROOTFUL_PODMAN = replace(PODMAN, rootless=False)


def lines(argv: tuple[str, ...]) -> str:
    """One option a line, as a person reads it."""
    return "\n".join(argv).replace("\n--", "\n\n--").replace("\n\n", "\0").replace("\n", " ").replace("\0", "\n") + "\n"


@pytest.fixture
def plans(planned) -> Callable[[str], tuple[Plan, Engine]]:
    """The plan of this name, and the engine for it."""
    key = {"ssh_key": Path("/home/lin/.ssh/id.pub"), "ssh_port": 2200, "port": 9000, "name": "line2"}
    group = (1000,)  # the recorded nodes belong to whoever made the checkout
    made = {
        "docker-cpu": lambda: (planned("laptop"), DOCKER),
        "docker-cpu-ssh-exposed": lambda: (planned("laptop", expose=True, tls_names=("192.0.2.7",), **key), DOCKER),
        "docker-cpu-root-ssh": lambda: (planned("laptop", user=User(0, 0, "root"), **key), DOCKER),
        "docker-ascend-310p": lambda: (replace(planned("ascend-310p", devices=(0, 1)), groups=group), DOCKER),
        "docker-ascend-310b": lambda: (replace(planned("ascend-310b"), groups=group), DOCKER),
        "docker-cuda-gpus": lambda: (planned("nvidia", devices=(1,)), DOCKER),
        "docker-cuda-cdi": lambda: (replace(planned("nvidia"), cdi="nvidia.com/gpu"), DOCKER),
        "podman-rootless": lambda: (planned("laptop"), PODMAN),
        "podman-of-root": lambda: (planned("laptop"), ROOTFUL_PODMAN),
    }
    return lambda name: made[name]()


NAMES = (
    "docker-cpu", "docker-cpu-ssh-exposed", "docker-cpu-root-ssh", "docker-ascend-310p", "docker-ascend-310b",
    "docker-cuda-gpus", "docker-cuda-cdi", "podman-rootless", "podman-of-root",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_command_line_is_exactly_this(name: str, plans, golden):
    golden(f"{name}.txt", lines(render_engine.run(*plans(name))))


@pytest.mark.parametrize("name", NAMES)
def test_no_workspace_is_privileged_or_keeps_a_capability_it_was_not_given(name: str, plans):
    argv = render_engine.run(*plans(name))
    assert not any("privileged" in word and word != "no-new-privileges" for word in argv)
    assert argv[argv.index("--cap-drop") + 1] == "ALL"
    assert "no-new-privileges" in argv and "host" not in argv
    added = {argv[i + 1] for i, word in enumerate(argv) if word == "--cap-add"}
    assert added == ({"SETUID", "SETGID", "SYS_CHROOT"} if name == "docker-cpu-root-ssh" else set())


@pytest.mark.parametrize("name", NAMES)
def test_exactly_the_asked_for_ports_are_published(name: str, plans):
    plan, engine = plans(name)
    argv = render_engine.run(plan, engine)
    published = [argv[i + 1] for i, word in enumerate(argv) if word in ("--publish", "-p")]
    assert published == [f"{p.address}:{p.host}:{p.inside}" for p in plan.ports]
    assert len(published) == (2 if plan.ssh else 1) and "--publish-all" not in argv


def test_the_token_is_in_no_word_of_the_command(planned, tmp_path: Path):
    plan = planned("laptop", data=tmp_path)
    plan.state.mkdir(parents=True)
    (plan.state / "token").write_text("a-secret-of-this-test")
    text = render_engine.paste(plan, DOCKER)
    assert "a-secret-of-this-test" not in text and "token" not in text.lower().replace(str(tmp_path).lower(), "")


def test_every_environment_variable_of_the_plan_is_passed_and_no_other(plans):
    plan, engine = plans("docker-cpu-ssh-exposed")
    argv = render_engine.run(plan, engine)
    passed = [argv[i + 1] for i, word in enumerate(argv) if word == "--env"]
    assert passed == [f"{name}={value}" for name, value in plan.environment]


def words_after_paste(text: str) -> list[str]:
    """The words that a shell would run, with the folder it would make."""
    assert subprocess.run(["sh", "-n"], input=text, text=True, capture_output=True, check=False).returncode == 0
    return shlex.split(text.replace("\\\n", ""))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_pasted_is_what_would_be_run(name: str, plans):
    plan, engine = plans(name)
    assert words_after_paste(render_engine.paste(plan, engine)) == [
        "mkdir", "-p", str(plan.data), "&&", *render_engine.run(plan, engine),
    ]  # fmt: skip


FOLDERS = [
    "/with space/data",
    "/it's/data",
    '/say "x"/data',
    "/$HOME/`id`/data",
    "/数据/头盔",
    "/tab\there",
    "/semi;colon&&x",
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_strange_data_folder_survives_being_pasted(planned, folder: str):
    plan = planned("laptop", data=Path(folder))
    words = words_after_paste(render_engine.paste(plan, DOCKER))
    assert words[:4] == ["mkdir", "-p", folder, "&&"] and tuple(words[4:]) == render_engine.run(plan, DOCKER)


@given(folder=st.text(st.sampled_from("ab -'\"\\$/"), min_size=1, max_size=12))
@example(folder="a --b")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, derandomize=True,
          phases=(Phase.explicit, Phase.generate))  # fmt: skip
def test_any_data_folder_survives_being_pasted(planned, folder: str):
    plan = planned("laptop", data=Path("/" + folder))
    assert tuple(words_after_paste(render_engine.paste(plan, DOCKER))[4:]) == render_engine.run(plan, DOCKER)


def test_a_colon_in_the_data_folder_does_not_move_the_mount(planned):
    argv = render_engine.run(planned("laptop", data=Path("/a:b")), DOCKER)
    assert "/a:b:/data" not in argv


def test_containers_are_told_from_others_by_name_and_label(plans):
    argv = render_engine.run(*plans("docker-cpu-ssh-exposed"))
    assert argv[argv.index("--name") + 1] == "yoloport-line2" == render_engine.container_name("line2")
    assert f"{render_engine.LABEL}=line2" in argv
    assert re.fullmatch(r"\d+", argv[argv.index("--stop-timeout") + 1])
