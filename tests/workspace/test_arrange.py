"""What is decided before a workspace starts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from yoloport.environment import prepare
from yoloport.host import ports
from yoloport.platforms.choose import Choice
from yoloport.platforms.load import load
from yoloport.workspace import arrange, register
from yoloport.workspace.plan import User
from yoloport.workspace.register import Record


def wanted(**more: object) -> arrange.Wanted:
    told = {
        "platform": "auto", "engine": "local", "data": Path("/nowhere"), "name": "line2", "port": None, "devices": "",
        "ssh_key": None, "ssh_port": None, "expose": False, "tls_cert": None, "tls_key": None,
        "sources": prepare.Sources(),
    }  # fmt: skip
    return arrange.Wanted(**{**told, **more})


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Ports that something else has."""
    found: set[int] = set()
    monkeypatch.setattr(ports, "is_free", lambda port, *_: port not in found)
    monkeypatch.setattr(ports, "owner", lambda *_: "")
    return found


def test_a_new_workspace_asks_for_the_usual_port(record: Record, taken: set[int]):
    request, notes = arrange._request(wanted(), ())
    assert (request.port, request.ssh_port, notes) == (arrange.DEFAULT_PORT, 0, ())


def test_a_workspace_that_comes_up_again_asks_for_its_old_port_though_the_usual_one_is_free(record, taken, tmp_path):
    register.save(replace(record, port=9123, ssh_port=2244))
    register.forget("line2")
    request, notes = arrange._request(wanted(ssh_key=tmp_path / "key.pub"), ())
    assert (request.port, request.ssh_port, notes) == (9123, 2244, ())


def test_another_workspace_does_not_inherit_the_port(record: Record, taken: set[int]):
    register.save(replace(record, port=9123))
    register.forget("line2")
    assert arrange._request(wanted(name="line3"), ())[0].port == arrange.DEFAULT_PORT


def test_an_old_port_that_is_taken_is_told_and_the_next_one_is_used(record: Record, taken: set[int]):
    register.save(replace(record, port=9123))
    register.forget("line2")
    taken.add(9123)
    request, notes = arrange._request(wanted(), ())
    assert request.port == 9124 and "port 9123 is taken" in notes[0]


def test_a_port_that_is_asked_for_comes_before_the_old_one(record: Record, taken: set[int]):
    register.save(replace(record, port=9123))
    register.forget("line2")
    assert arrange._request(wanted(port=9500), ())[0].port == 9500


@pytest.mark.parametrize("name", ["rockchip", "sophgo"])
def test_a_chip_that_runs_converted_models_alone_is_not_taken_for_one_that_torch_uses(name: str):
    (note,) = arrange._told(Choice(load(name), "found"), User(1000, 1000, "lin"))
    assert "torch computes on the processor" in note


def test_a_platform_that_torch_uses_needs_no_such_note():
    assert arrange._told(Choice(load("ascend"), "found"), User(1000, 1000, "lin")) == ()
