"""The verb: what it prints before and after, and that bad words end with a code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from image.bundle import small_image
from image.bundle.conftest import LAYERS
from yoloport.cli.image_bundle import bundle


@pytest.fixture
def typed(maker, monkeypatch: pytest.MonkeyPatch):
    """Type the verb on the machine of ``maker``."""
    monkeypatch.setenv("YOLOPORT_DOCKER", str(maker.folder / "bin/docker"))
    app = typer.Typer()
    app.command()(bundle)

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, [*words, "--engine", "docker"])
        assert done.exit_code == code, done.output
        return done.output if code else done.stdout

    return run


def test_dry_run_says_what_would_be_in_it_and_writes_nothing(typed, maker, tmp_path: Path):
    old = maker("old").folder
    small_image.put(maker.fake, [LAYERS[0], small_image.layer("newer", 999)])
    told = typed("cpu", "-o", str(tmp_path / "new"), "--diff", str(old), "--split", "4G", "--dry-run")
    assert "1 of 2; old has the others" in told and "4000.0 MB" in told and "gzip" in told
    data = json.loads(typed("cpu", "-o", str(tmp_path / "new"), "--diff", str(old), "--dry-run", "--json"))
    assert (data["layers"], data["new_layers"], data["dry_run"]) == (2, 1, True)
    assert not (tmp_path / "new").exists()


def test_the_result_is_told_in_words_and_as_json(typed, tmp_path: Path):
    told = typed("cpu", "-o", str(tmp_path / "a b"), "--compress", "gzip")
    assert "everything" in told and "sh 'a b/run.sh'" in told
    data = json.loads(typed("cpu", "-o", str(tmp_path / "c"), "--compress", "gzip", "--json"))
    assert data["ok"] and data["archive"]["parts"][0]["name"] == "image.tar.gz" and data["platform"] == "cpu"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [(["cpu", "--format", "zip"], 2, "zip"), (["cpu", "--compress", "xz"], 2, "xz"), (["nothing"], 10, "nothing"),
     (["cpu", "--split", "small"], 2, "small"), (["cpu", "--models", "/nonexistent.pt"], 51, "no such file"),
     (["cpu", "--image", "none:1"], 21, "image build cpu"), (["cpu", "--diff", "/nonexistent"], 2, "bundle.json")],
)  # fmt: skip
def test_bad_words_end_with_their_code(typed, words: list[str], code: int, said: str, tmp_path: Path):
    assert said in typed(*words, "-o", str(tmp_path / "x"), code=code)
    assert not (tmp_path / "x").exists()
