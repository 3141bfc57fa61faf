"""An image's facts, from what engines print."""

from __future__ import annotations

import json

import pytest

from image.trial.facts import HISTORY, INSPECTED, recorded
from yoloport.image.trial.problems import NotOurs
from yoloport.image.trial.subject import subject


def test_the_facts_are_those_of_the_configuration():
    found = recorded()
    assert (found.platform, found.kind, found.architecture) == ("cpu", "workspace", "amd64")
    assert found.health == ("python", "-m", "yoloport.supervise.health") and found.ports == (2222, 8888)
    assert found.digest == "" and found.id.startswith("sha256:05bd") and not found.requires_device


def test_layers_come_oldest_first_and_sizes_with_units_are_numbers():
    assert [(layer.bytes, layer.made_by.split()[0]) for layer in recorded().layers] == [
        (190129234, "ADD"), (1690000000, "COPY"), (9100000, "RUN"), (0, "HEALTHCHECK")
    ]  # fmt: skip


def test_podmans_form_is_understood_too():
    told = {**INSPECTED, "Id": "05bd", "Healthcheck": {"Test": ["CMD-SHELL", "true"]}}
    told["Config"] = {key: value for key, value in told["Config"].items() if key != "Healthcheck"}
    told["RepoDigests"] = ["localhost/yoloport/workspace@sha256:12ab"]
    history = json.dumps([{"id": "1", "size": 12, "CreatedBy": "RUN x"}, {"id": "2", "size": 30, "CreatedBy": "ADD"}])
    found = subject("yoloport/workspace:cpu", told, history)
    assert (found.id, found.digest, found.health) == ("sha256:05bd", "sha256:12ab", ("/bin/sh", "-c", "true"))
    assert [layer.bytes for layer in found.layers] == [30, 12]


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"Labels": None, "Env": None}, "no label yoloport.platform"),
        ({"Labels": {"yoloport.platform": "cpu", "yoloport.kind": "desktop"}}, "'desktop'"),
    ],
)
def test_somebody_elses_image_is_told(config, why):
    with pytest.raises(NotOurs, match=why):
        recorded(**config)


def test_an_image_of_before_the_labels_is_known_by_its_variable():
    assert recorded(Labels={}).platform == "cpu"


def test_an_image_without_a_history_has_no_layers():
    assert subject("x", INSPECTED, "").layers == () and subject("x", INSPECTED, HISTORY).layers
