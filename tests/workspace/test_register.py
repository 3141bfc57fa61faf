"""The register: one small file a workspace, whole or not at all."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from yoloport.errors import Exit
from yoloport.host import folders
from yoloport.workspace import register
from yoloport.workspace.register import NoWorkspace, Record


def file_of(name: str) -> Path:
    folder = folders.state() / "workspaces"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.json"


def test_what_is_saved_is_found_again(record: Record):
    register.save(record)
    assert register.find("line2") == record == register.require("line2")


def test_saving_leaves_no_half_file_behind(record: Record):
    register.save(record)
    register.save(replace(record, port=9001))
    assert [file.name for file in file_of("x").parent.iterdir()] == ["line2.json"]


def test_a_workspace_that_is_forgotten_is_gone_and_forgetting_again_is_no_error(record: Record):
    register.save(record)
    register.forget("line2")
    register.forget("line2")
    assert register.find("line2") is None
    assert record.token_file.is_file(), "the data folder stays"


def test_all_workspaces_come_in_the_order_of_their_names(record: Record):
    for name in ("b", "a", "c"):
        register.save(replace(record, name=name))
    assert [one.name for one in register.everything()] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"null", b"[1, 2]", b"\xff\xfe\x00", b'"text"', b'{"name": "line2"}', b'{"name": "line2", "port": 1}'],
)
def test_a_file_that_cannot_be_understood_counts_as_none(record: Record, content: bytes):
    register.save(replace(record, name="other"))
    file_of("line2").write_bytes(content)
    assert register.find("line2") is None
    assert [one.name for one in register.everything()] == ["other"]


def test_a_record_of_a_newer_version_is_read_as_far_as_it_is_understood(record: Record):
    file_of("line2").write_text(json.dumps({**asdict(record), "colour": "blue"}))
    assert register.find("line2") == record


def test_an_unknown_name_is_told_with_those_that_exist(record: Record):
    with pytest.raises(NoWorkspace) as caught:
        register.require("nobody")
    assert "there is none" in caught.value.cause
    register.save(record)
    with pytest.raises(NoWorkspace) as caught:
        register.require("nobody")
    assert "there are: line2" in caught.value.cause and caught.value.exit is Exit.NO_WORKSPACE


def test_a_name_cannot_lead_out_of_the_register(record: Record):
    register.save(record)
    (folders.state() / "elsewhere.json").write_text(json.dumps(asdict(record)))
    assert register.find("../elsewhere") is None


def test_a_workspace_that_was_taken_down_is_remembered_with_its_port(record: Record):
    assert register.last("line2") is None
    register.save(replace(record, port=9001, ssh_port=2201))
    assert register.last("line2") is None, "it is still up"
    register.forget("line2")
    before = register.last("line2")
    assert before is not None and (before.port, before.ssh_port) == (9001, 2201)
    assert register.everything() == (), "what is remembered is not there"
    register.forget("line2")
    assert register.last("line2") == before, "forgetting again forgets nothing more"


def test_what_is_remembered_can_be_broken_and_cannot_lead_out_of_the_register(record: Record):
    register.save(record)
    register.forget("line2")
    (file_of("x").parent / ".line2.last").write_bytes(b"\xff{")
    assert register.last("line2") is None and register.last("../line2") is None and register.last("") is None
