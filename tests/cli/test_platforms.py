"""``yoloport platforms``: the table, one platform, data, and what is typed wrongly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yoloport.errors import Exit
from yoloport.platforms.load import names


def test_the_list_is_a_table_without_colours_in_a_pipe(yoloport):
    done = yoloport("platforms")
    assert (done.returncode, done.stderr) == (0, "") and "\033" not in done.stdout
    first = [line.split()[0] for line in done.stdout.split("\n\n")[0].splitlines()[1:] if line[:1] != " "]
    assert sorted(first) == list(names())
    assert "ladder   one digit each: image workspace train predict convert serve distributed" in done.stdout


def test_the_list_as_data_has_the_ladder_and_what_has_no_source(yoloport):
    told = json.loads(yoloport("platforms", "--json").stdout)
    assert told["ok"] is True and sorted(p["name"] for p in told["platforms"]) == list(names())
    cpu = next(p for p in told["platforms"] if p["name"] == "cpu")
    assert cpu["ladder"]["train"]["rung"] == 4 and cpu["ladder"]["train"]["evidence"].endswith(".json")
    assert cpu["torch"]["source"] and isinstance(cpu["unsourced"], list)


def test_one_platform_is_shown_in_the_language_asked_for_or_the_terminals(yoloport):
    assert "Recognised by" in yoloport("platforms", "show", "ascend", LC_ALL="C").stdout
    asked = yoloport("platforms", "show", "ascend", "--lang", "zh", LC_ALL="C").stdout
    assert "识别依据" in asked and asked == yoloport("platforms", "show", "ascend", LC_ALL="zh_CN.UTF-8").stdout
    assert json.loads(yoloport("platforms", "show", "ascend", "--json").stdout)["platform"]["name"] == "ascend"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("show", "tpu"), Exit.NO_PLATFORM, "there is no platform 'tpu'"),
        (("show",), Exit.USAGE, "Missing argument"),
        (("fly",), Exit.USAGE, "fly"),
        (("--lang", "fr"), Exit.USAGE, "neither en nor zh"),
        (("show", "cpu", "--lang", "fr"), Exit.USAGE, "neither en nor zh"),
    ],
)
def test_what_is_typed_wrongly_is_told(yoloport, arguments: tuple[str, ...], code: Exit, words: str):
    done = yoloport("platforms", *arguments)
    assert (done.returncode, done.stdout) == (code, "") and words in done.stderr and "Traceback" not in done.stderr


def test_an_unknown_platform_is_data_where_json_was_asked_for(yoloport):
    done = yoloport("platforms", "show", "tpu", "--json")
    told = json.loads(done.stdout)
    assert (told["ok"], told["problem"], told["exit"]) == (False, "UnknownPlatform", int(Exit.NO_PLATFORM))


def test_a_broken_evidence_file_is_named(yoloport, tmp_path: Path, root: Path):
    own = tmp_path / "own/cpu"
    (own / "evidence").mkdir(parents=True)
    for name in ("platform.toml", "versions.toml"):
        (own / name).write_text(
            (root / "src/yoloport/platforms/cpu" / name).read_text(encoding="utf-8"), encoding="utf-8"
        )
    (own / "evidence/broken.json").write_text("{", encoding="utf-8")
    done = yoloport("platforms", YOLOPORT_PLATFORMS=str(own.parent))
    assert done.returncode != 0 and "broken.json" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", [("platforms",), ("platforms", "show")], ids=" ".join)
def test_the_help_has_two_examples(yoloport, verb: tuple[str, ...]):
    done = yoloport(*verb, "--help")
    assert done.stdout.partition("Examples:")[2].count(f"yoloport {' '.join(verb)}") >= 2, done.stdout
