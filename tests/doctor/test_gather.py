"""Everything that the checks want to know is asked once, of this machine as of a recorded one."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from yoloport.doctor import catalogue, examine, gather
from yoloport.host import recorded
from yoloport.host.ask import Values
from yoloport.host.facts import Answer, NotUnderstood
from yoloport.host.live import Live
from yoloport.host.recorder import Recorder
from yoloport.platforms.load import UnknownPlatform, load

MACHINES = sorted(
    file for file in (Path(__file__).parents[1] / "machines").glob("*.toml") if file.name != "expected.toml"
)
CPU = next(file for file in MACHINES if file.stem == "cpu-server")


def of(file: Path) -> recorded.Recorded:
    return recorded.load(file)


def test_an_empty_folder_is_a_case_without_cards_and_nothing_blocks_it(tmp_path: Path):
    case = gather.gather(Live(tmp_path))
    assert case.wanted is not None and case.wanted.kind == "processor"
    assert case.cards == {} and case.misread == () and not case.asked


def test_a_platform_that_is_asked_for_is_the_wanted_one_even_where_it_does_not_fit():
    case = gather.gather(of(CPU), "ascend", "image:1")
    assert case.wanted is not None and case.wanted.name == "ascend"
    assert case.asked and case.image == "image:1"


@pytest.mark.parametrize("name", ["tpu", "", "..", "AUTO"])
def test_a_platform_that_is_unknown_is_refused(name: str):
    with pytest.raises(UnknownPlatform):
        gather.gather(of(CPU), name)


@pytest.mark.parametrize("file", MACHINES, ids=lambda file: file.stem)
def test_a_snapshot_of_a_snapshot_gives_the_same_findings(file: Path, tmp_path: Path):
    listening = Recorder(of(file), ("gpu-node7", "lin"))
    first = gather.gather(listening)
    (tmp_path / "again.toml").write_text(listening.toml("0", "2026-11-23"), encoding="utf-8")
    second = gather.gather(of(tmp_path / "again.toml"))
    checks = catalogue.every()
    assert [finding.check for finding in examine.examine(second, checks)] == [
        finding.check for finding in examine.examine(first, checks)
    ]
    assert second.host == first.host and second.cards == first.cards


class Moved(Live):
    """A machine whose user keeps yoloport's environments on another disk."""

    def values(self) -> Values:
        return Values(architecture="x86_64", home=str(Path.home()))

    def variable(self, name: str) -> str | None:
        return os.environ.get(name)


def test_environments_on_another_disk_are_found_in_the_snapshot_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("YOLOPORT_CACHE", "/big/yoloport")
    site = tmp_path / "root/big/yoloport/envs/cpu-1/lib/python3.11/site-packages/torch-2.9.0.dist-info"
    site.mkdir(parents=True)
    listening = Recorder(Moved(tmp_path / "root"))
    first = gather.gather(listening)
    assert [package.version for package in first.around.package("torch")] == ["2.9.0"]
    (tmp_path / "machine.toml").write_text(listening.toml("0", "2026-11-23"), encoding="utf-8")
    monkeypatch.delenv("YOLOPORT_CACHE")
    second = gather.gather(of(tmp_path / "machine.toml"))
    assert [package.version for package in second.around.package("torch")] == ["2.9.0"]


def around_with(platform: str, text: str):
    found = load(platform)
    assert found.tool is not None
    answers = tuple(Answer(query, text) for query in (found.tool.queries[0], found.tool.queries[-1]))
    return dataclasses.replace(gather.gather(of(CPU)).around, answers=answers), (found,)


@pytest.mark.parametrize("platform", ["ascend", "cuda"])
def test_a_tool_that_is_not_understood_is_kept_with_its_text(platform: str):
    around, platforms = around_with(platform, "Segmentation fault\n" + "x" * 9000)
    cards, misread = gather.read_tools(platforms, around)
    assert not cards.get(platform)
    assert [(name, len(answer.text)) for name, answer, _ in misread] == [(platform, 4000)]


@pytest.mark.parametrize("error", [NotUnderstood("odd", "text"), IndexError("a parser's fault"), RecursionError()])
def test_a_parser_that_fails_does_not_end_the_diagnosis(error: Exception, monkeypatch: pytest.MonkeyPatch):
    class Parser:
        @staticmethod
        def cards(_answers):
            raise error

    around, platforms = around_with("cuda", "text")
    monkeypatch.setattr(gather, "module", lambda *_: Parser)
    cards, misread = gather.read_tools(platforms, around)
    assert cards == {} and len(misread) == 1


def test_a_tool_that_failed_or_hung_is_not_parsed(monkeypatch: pytest.MonkeyPatch):
    around, platforms = around_with("cuda", "text")
    monkeypatch.setattr(gather, "module", lambda *_: pytest.fail("was parsed"))
    for answer in (Answer(around.answers[0].argv, "text", 9), Answer(around.answers[0].argv, "", None, "timeout")):
        assert gather.read_tools(platforms, dataclasses.replace(around, answers=(answer,))) == ({}, ())
