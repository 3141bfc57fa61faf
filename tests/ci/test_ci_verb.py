"""The verb: what it prints and writes, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from ci.shell import REGISTRY, text
from yoloport.cli.ci import ci
from yoloport.errors import Exit
from yoloport.platforms.load import names

APP = typer.Typer()
APP.command()(ci)


def run(*words: str):
    return CliRunner().invoke(APP, list(words))


def test_a_pipeline_is_printed_as_it_would_be_written(tmp_path: Path):
    said = run("github", "cpu", "--registry", REGISTRY)
    assert (said.exit_code, said.stdout) == (0, text("cpu", "github"))
    file = tmp_path / "deep/one.yml"
    assert run("github", "cpu", "--registry", REGISTRY, "-o", str(file)).exit_code == 0
    assert file.read_text() == said.stdout
    assert [one.name for one in file.parent.iterdir()] == ["one.yml"]


def test_without_a_name_there_is_a_pipeline_for_every_platform(tmp_path: Path):
    printed = run("gitlab", "--registry", REGISTRY)
    assert len(list(yaml.safe_load_all(printed.stdout))) == len(names())
    assert run("gitlab", "-o", f"{tmp_path}/new/").exit_code == 0
    assert {file.stem for file in (tmp_path / "new").iterdir()} == {f"yoloport-{name}" for name in names()}


def test_a_platform_that_is_named_twice_has_one_pipeline():
    told = json.loads(run("gitee", "cpu", "cpu", "--json").stdout)
    assert [one["platform"] for one in told["pipelines"]] == ["cpu"]


def test_json_tells_jobs_runners_secrets_and_the_text(tmp_path: Path):
    said = run("jenkins", "ascend", "--registry", REGISTRY, "-o", str(tmp_path), "--json")
    (one,) = json.loads(said.stdout)["pipelines"]
    assert one["text"] == text("ascend", "jenkins") == Path(one["written"]).read_text()
    assert one["jobs"][-1]["name"] == "promote"
    assert one["jobs"][-1]["by_hand"]
    assert "yoloport-ascend" in one["runners"]
    assert "COSIGN_KEY" in one["secrets"]


def test_a_file_that_exists_stays_as_it_is_unless_force_is_said(tmp_path: Path):
    old = tmp_path / "yoloport-cpu.yml"
    old.write_text("mine")
    refused = run("github", "cpu", "ascend", "-o", str(tmp_path))
    assert refused.exit_code == Exit.USAGE
    assert "--force" in refused.stderr
    assert old.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [old]
    assert run("github", "cpu", "-o", str(tmp_path), "--force").exit_code == 0
    assert old.read_text() == text("cpu", "github", registry="")


def test_a_link_that_leads_nowhere_is_not_written_through(tmp_path: Path):
    link = tmp_path / "one.yml"
    link.symlink_to(tmp_path / "elsewhere")
    assert run("github", "cpu", "-o", str(link)).exit_code == Exit.USAGE
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("github", "fly"), Exit.NO_PLATFORM, "there is no platform 'fly'"),
        (("github", "../cpu"), Exit.NO_PLATFORM, "there is no platform"),
        (("github", "cpu", "--registry", "r.example/$(id)"), Exit.USAGE, "no registry takes"),
        (("travis", "cpu"), 2, "travis"),
        (("github", "cpu", "-o", "/proc/nothing/one.yml"), Exit.USAGE, "cannot be written"),
    ],
)
def test_bad_input_is_refused_with_words_and_a_code(words: tuple[str, ...], code: int, said: str):
    done = run(*words)
    assert done.exit_code == code
    assert said in done.stderr
    assert not done.stdout


def test_several_pipelines_do_not_go_into_one_file(tmp_path: Path):
    file = tmp_path / "one.yml"
    file.write_text("mine")
    done = run("github", "cpu", "ascend", "-o", str(file), "--force", "--json")
    assert done.exit_code == Exit.USAGE
    assert json.loads(done.stdout)["problem"] == "OneFileForSeveral"
    assert file.read_text() == "mine"
