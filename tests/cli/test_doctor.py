"""``yoloport doctor`` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Yoloport

MACHINES = Path(__file__).parents[1] / "machines"
LEVELS = {"blocked", "warning", "note"}


def machine(name: str) -> str:
    return str(MACHINES / f"{name}.toml")


@pytest.mark.parametrize(
    ("name", "code"),
    [("cpu-server", 0), ("laptop", 0), ("nvidia-no-cdi", 1), ("ascend-no-driver", 2), ("nvidia-no-driver", 2)],
)
def test_the_exit_code_says_fine_warnings_or_blocked(yoloport: Yoloport, name: str, code: int):
    done = yoloport("doctor", "--from", machine(name), "--json")
    told = json.loads(done.stdout)
    levels = {finding["level"] for finding in told["findings"]}
    worst = 2 if "blocked" in levels else 1 if "warning" in levels else 0
    assert (done.returncode, told["exit"], told["ok"], worst) == (code, code, code == 0, code), done.stdout


def test_the_diagnosis_as_data_has_every_part(yoloport: Yoloport):
    told = json.loads(yoloport("doctor", "--from", machine("ascend-310p"), "--json").stdout)
    assert {"ok", "exit", "platform", "machine", "cards", "checks", "findings", "snapshot"} <= set(told)
    assert told["platform"] == "ascend" and told["cards"][0]["platform"] == "ascend" and told["checks"] >= 45
    assert {"architecture", "processor", "features", "cores", "memory_bytes", "kernel", "drivers"} <= set(
        told["machine"]
    )
    for finding in told["findings"]:
        assert finding["level"] in LEVELS and finding["check"] and finding["source"] and finding["see"]
        assert finding["cause"]["en"] and finding["cause"]["zh"] and finding["remedy"]["en"] and finding["remedy"]["zh"]


@pytest.mark.parametrize(("lang", "words"), [("en", ("remedy:", "blocked")), ("zh", ("处理", "阻断"))])
def test_findings_are_told_in_the_language_asked_for(yoloport: Yoloport, lang: str, words: tuple[str, ...]):
    done = yoloport("doctor", "--from", machine("ascend-no-driver"), "--lang", lang)
    assert done.returncode == 2 and all(word in done.stdout for word in words)


@pytest.mark.parametrize(
    ("variables", "chinese"),
    [
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, False),
        ({"LC_ALL": "C"}, False),
    ],
)
def test_without_a_language_the_terminals_is_used(yoloport: Yoloport, variables: dict[str, str], chinese: bool):
    environ = {"LANG": "", "LC_ALL": "", "LC_MESSAGES": "", "PYTHONIOENCODING": "utf-8"} | variables
    assert ("机器" in yoloport("doctor", "--from", machine("laptop"), **environ).stdout) is chinese


def test_a_language_that_is_not_spoken_is_told(yoloport: Yoloport):
    done = yoloport("doctor", "--lang", "xx")
    assert done.returncode == 2 and "'xx'" in done.stderr and "en" in done.stderr and "zh" in done.stderr
    assert "Traceback" not in done.stderr


def test_all_checks_can_be_listed_for_people_and_for_scripts(yoloport: Yoloport):
    told = json.loads(yoloport("doctor", "--list", "--json").stdout)["checks"]
    ids = [check["id"] for check in told]
    assert len(ids) == len(set(ids)) >= 45
    for check in told:
        assert check["level"] in LEVELS and check["title"]["zh"] and check["source"] and check["date"] and check["see"]
    for lang in ("en", "zh"):
        done = yoloport("doctor", "--list", "--lang", lang)
        assert done.returncode == 0 and all(id_ in done.stdout for id_ in ids)


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "No such file"), (b"", "format is None"), (b"\xff", "utf-8"), (b"format = 9\n", "format is 9")],
)
def test_a_file_that_is_no_snapshot_is_told_with_the_reason(yoloport: Yoloport, tmp_path: Path, content, words):
    file = tmp_path / "x.toml"
    if content is not None:
        file.write_bytes(content)
    done = yoloport("doctor", "--from", str(file))
    assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr
    told = json.loads(yoloport("doctor", "--from", str(file), "--json").stdout)
    assert told["problem"] == "BadSnapshot" and told["exit"] == 2 and words in told["cause"]


def test_this_machine_is_diagnosed_the_same_from_its_snapshot(yoloport: Yoloport, tmp_path: Path):
    here = yoloport("doctor", "--snapshot", str(tmp_path / "here.toml"), "--json")
    there = yoloport("doctor", "--from", str(tmp_path / "here.toml"), "--json")
    first, second = json.loads(here.stdout), json.loads(there.stdout)
    assert first["snapshot"] == str(tmp_path / "here.toml") and second["snapshot"] is None
    assert [finding["check"] for finding in first["findings"]] == [finding["check"] for finding in second["findings"]]
    assert first["machine"] == second["machine"] and here.returncode == there.returncode


@pytest.mark.parametrize("place", ["none/x.toml", ".", "/dev/full"])
def test_a_snapshot_that_cannot_be_written_is_told(yoloport: Yoloport, place: str):
    done = yoloport("doctor", "--from", machine("laptop"), "--snapshot", place)
    assert done.returncode == 31 and "cannot be written" in done.stderr and "Traceback" not in done.stderr


def test_an_unknown_platform_is_told_with_those_that_are_known(yoloport: Yoloport):
    done = yoloport("doctor", "--from", machine("laptop"), "--platform", "tpu")
    assert done.returncode == 10 and "there is no platform 'tpu'" in done.stderr and "cpu" in done.stderr


def test_a_text_of_which_nothing_is_known_says_so_with_code_one(yoloport: Yoloport):
    done = yoloport("doctor", "--explain", "all is well")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    told = json.loads(yoloport("doctor", "--explain", "all is well", "--json").stdout)
    assert told["explanations"] == []


def test_a_log_on_standard_input_that_is_empty_is_no_error(yoloport: Yoloport):
    assert yoloport("doctor", "--explain", "-").returncode == 1


@pytest.mark.parametrize(("name", "said"), [("kunpeng", True), ("hygon-c86", True), ("disk-full", False)])
def test_a_machine_with_notes_alone_is_told_that_nothing_stands_in_its_way(yoloport: Yoloport, name: str, said: bool):
    done = yoloport("doctor", "--from", machine(name), "--lang", "en")
    assert ("nothing stands in the way" in done.stdout) is said
