"""Every verb: its help, its exit codes, and what it does where there is nothing yet."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from yoloport import __version__
from yoloport.errors import Exit

VERBS = [("up",), ("status",), ("logs",), ("shell",), ("down",), ("demo",), ("selftest",), ("doctor",), ("predict",),
         ("platforms",), ("platforms", "show"), ("image", "build"), ("image", "render"),
         ("image", "bundle"), ("image", "test"), ("ci",), ("convert",),
         ("render", "docker"), ("render", "compose"), ("render", "systemd"),
         ("render", "kubernetes"), ("render", "cdi")]  # fmt: skip


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_the_help_of_a_verb_has_two_examples(yoloport, verb: tuple[str, ...]):
    done = yoloport(*verb, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    after = done.stdout.partition("Examples:")[2]
    assert after.count(f"yoloport {' '.join(verb)}") >= 2, done.stdout


def test_the_list_above_names_every_verb_there_is(yoloport):
    shown = yoloport("--help").stdout.partition("Commands:\n")[2].partition("\n\n")[0]
    names = {line.split()[0] for line in shown.splitlines() if line.startswith("  ") and line[2:3] not in ("", " ")}
    assert names == {verb[0] for verb in VERBS}


def test_the_version_is_the_packages_own(yoloport):
    done = yoloport("--version")
    assert (done.returncode, done.stdout) == (0, f"yoloport {__version__}\n")


@pytest.mark.parametrize("arguments", [("--help",), ("up", "--help"), ("--version",), ("fly",)], ids=" ".join)
def test_the_package_run_by_its_name_is_the_same_program(yoloport, root: Path, arguments: tuple[str, ...]):
    argv, environ = [sys.executable, "-m", "yoloport", *arguments], {**os.environ, "COLUMNS": "200"}
    done = subprocess.run(argv, env=environ, cwd=root / "src", capture_output=True, text=True, check=False)
    ours = yoloport(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (ours.returncode, ours.stdout, ours.stderr)
    assert "__main__" not in done.stdout + done.stderr and "yoloport" in done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("fly",), ("up", "--no-such-option"), ("up", "--engine", "rocket"), ("up", "--port", "many"), ("image", "fly"),
     ("down", "--wait", "-1"), ("image", "build"), ("logs", "-n", "x")],
    ids=" ".join,
)  # fmt: skip
def test_what_is_typed_wrongly_is_a_usage_error_without_traceback(yoloport, arguments: tuple[str, ...]):
    done = yoloport(*arguments)
    assert done.returncode == Exit.USAGE and "Traceback" not in done.stderr and done.stdout == ""


def problem(done, code: Exit) -> None:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr and "remedy:" in done.stderr and "see: docs/en/" in done.stderr


@pytest.mark.parametrize("verb", ["down", "shell", "logs", "status"])
def test_a_name_that_nobody_started_is_a_problem_with_its_own_code(yoloport, verb: str):
    problem(yoloport(verb, "--name", "nobody"), Exit.NO_WORKSPACE)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("up", "--platform", "tpu"), Exit.NO_PLATFORM),
        (("up", "--platform", "cpu", "--devices", "0"), Exit.NO_DEVICE),
        (("up", "--platform", "cpu", "--devices", "first"), Exit.USAGE),
        (("up", "--platform", "cpu", "--name", "a b"), Exit.USAGE),
        (("up", "--platform", "cpu", "--port", "70000"), Exit.USAGE),
        (("up", "--platform", "cpu", "--port", "0"), Exit.USAGE),
        (("up", "--platform", "cpu", "--ssh-key", "/nowhere.pub"), Exit.USAGE),
        (("up", "--platform", "cpu", "--tls-cert", "/nowhere.pem"), Exit.USAGE),
        (("up", "--platform", "cpu", "--wheelhouse", "/nowhere"), Exit.INSTALL),
        (("image", "render", "tpu"), Exit.NO_PLATFORM),
        (("image", "render", "metax", "--os", "openeuler"), Exit.NO_IMAGE),
    ],
)
def test_bad_input_is_told_with_cause_remedy_and_code_before_anything_is_made(yoloport, arguments, code, tmp_path):
    engine = ("--engine", "local", "--dry-run") if arguments[0] == "up" else ()
    problem(yoloport(*arguments, *engine), code)
    assert not (tmp_path / "yoloport").exists()


def test_an_engine_that_is_not_installed_is_a_problem_and_no_fallback(yoloport):
    done = yoloport("up", "--platform", "cpu", "--engine", "podman", "--dry-run", YOLOPORT_PODMAN="/nowhere/podman")
    problem(done, Exit.ENGINE)


def test_a_problem_is_data_where_json_was_asked_for(yoloport):
    done = yoloport("down", "--name", "nobody", "--json")
    said = json.loads(done.stdout)
    assert (said["ok"], said["problem"], said["exit"], said["name"]) == (False, "NoWorkspace", 34, "nobody")
    assert said["cause"] and said["remedy"] and said["see"]


def test_a_plan_in_an_empty_home_is_data_and_makes_nothing(yoloport, tmp_path: Path):
    done = yoloport("up", "--platform", "cpu", "--engine", "local", "--dry-run", "--json")
    said = json.loads(done.stdout)
    assert (said["ok"], said["dry_run"], said["plan"]["platform"]) == (True, True, "cpu")
    assert said["plan"]["data"] == str(tmp_path / "yoloport") and "-m yoloport.supervise" in said["command"]
    assert not list(tmp_path.iterdir())


def test_a_plan_for_a_person_has_the_command_and_says_why_this_platform(yoloport):
    done = yoloport("up", "--platform", "cpu", "--engine", "local", "--dry-run", "--name", "line2", "--port", "9123")
    assert done.returncode == 0 and "asked for by name" in done.stderr
    assert all(words in done.stdout for words in ("127.0.0.1:9123", "YOLOPORT_NAME=line2", "SSH          off"))


def test_two_servers_never_get_one_port(yoloport, tmp_path: Path):
    (tmp_path / "id.pub").write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA lin\n")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
    done = yoloport("up", "--platform", "cpu", "--engine", "local", "--dry-run", "--json", "--ssh-key", "id.pub",
                    "--port", port, "--ssh-port", port)  # fmt: skip
    assert done.returncode == Exit.USAGE


def test_no_workspace_is_no_error(yoloport):
    assert yoloport("status").stdout == "no workspace; start one: yoloport up\n"
    assert json.loads(yoloport("status", "--json").stdout) == {"ok": True, "workspaces": []}


def test_platforms_are_listed_as_words_and_as_data(yoloport):
    assert "cpu" in yoloport("platforms").stdout
    names = [p["name"] for p in json.loads(yoloport("platforms", "--json").stdout)["platforms"]]
    assert len(names) == 16 and {"ascend", "cpu", "cuda", "rockchip"} <= set(names)


def test_a_dockerfile_is_printed_and_nothing_beside_it(yoloport):
    done = yoloport("image", "render", "cpu")
    assert done.returncode == 0 and done.stdout.startswith("# YOLOv8 workspace for Plain CPU") and done.stderr == ""
