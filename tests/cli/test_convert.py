"""``yoloport convert`` hands its words over to what runs beside torch."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from yoloport.cli import beside_torch
from yoloport.cli import convert as verb
from yoloport.cli.convert import convert


def handed_over(monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[str, list[str]]:
    got: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(beside_torch, "hand_over", lambda module, arguments, *rest: got.append((module, arguments)))
    app = typer.Typer(rich_markup_mode=None)
    app.command()(convert)
    ended = CliRunner().invoke(app, list(words))
    assert ended.exit_code == 0, ended.output
    return got[0]


def test_what_was_not_typed_is_not_handed_over(monkeypatch: pytest.MonkeyPatch):
    assert handed_over(monkeypatch, "best.pt", "--to", "onnx") == (
        "yoloport.inside.convert",
        ["best.pt", "--to", "onnx", "--imgsz", "640", "--batch", "1"],
    )


def test_every_option_is_handed_over_and_understood_there(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(verb, "_ready", lambda platform: True)
    words = "best.pt --to openvino --precision int8 --calibrate photos --imgsz 384,640 --batch 4 --output out --chip x"
    _, arguments = handed_over(monkeypatch, *words.split(), "--dynamic", "--force", "--skip-check", "--dry-run")
    from yoloport.inside.convert.command import parser, request_of

    given = parser().parse_args(arguments)
    request = request_of(given)
    assert (request.weights, request.to, request.precision, request.calibrate) == (
        Path("best.pt"), "openvino", "int8", Path("photos"))  # fmt: skip
    assert (request.size, request.batch, request.output, request.chip) == ((384, 640), 4, Path("out"), "x")
    assert (request.dynamic, request.force, request.check, given.dry_run) == (True, True, False, True)


def test_a_name_that_begins_with_a_dash_stays_a_name(monkeypatch: pytest.MonkeyPatch):
    assert handed_over(monkeypatch, "--to", "onnx", "--", "-best.pt")[1][0] == "./-best.pt"


def test_a_dry_run_makes_no_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(verb, "_ready", lambda platform: False)
    monkeypatch.setattr(beside_torch, "hand_over", lambda *words: pytest.fail("it was handed over"))
    app = typer.Typer(rich_markup_mode=None)
    app.command()(convert)
    ended = CliRunner().invoke(app, ["best.pt", "--to", "onnx", "--dry-run"])
    assert ended.exit_code == 0 and "would be made first" in ended.output + ended.stderr
