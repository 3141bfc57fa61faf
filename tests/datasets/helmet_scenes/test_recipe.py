from __future__ import annotations

import os
from pathlib import Path

import pytest

from yoloport.datasets.helmet_scenes.recipe import recipe


def test_random_weights_see_as_many_pictures_however_few_there_are() -> None:
    assert recipe(200, pretrained=False)["epochs"] == 30
    assert recipe(50, pretrained=False)["epochs"] == 120
    assert recipe(100_000, pretrained=False)["epochs"] == 1


def test_the_epochs_asked_for_win() -> None:
    assert recipe(200, pretrained=False, epochs=7)["epochs"] == recipe(200, pretrained=True, epochs=7)["epochs"] == 7


def test_trained_weights_keep_upstream_settings() -> None:
    assert recipe(400, pretrained=True) == {"imgsz": 320, "epochs": 3}


def test_every_batch_is_an_optimizer_step_for_random_weights() -> None:
    settings = recipe(200, pretrained=False)
    assert settings["nbs"] == settings["batch"]


def test_changing_one_recipe_changes_no_other() -> None:
    recipe(200, pretrained=False)["imgsz"] = 32
    assert recipe(200, pretrained=False)["imgsz"] == 192


@pytest.mark.torch
def test_a_model_trains_on_drawn_scenes_and_its_loss_falls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "YOLO_CONFIG_DIR", str(tmp_path))
    ultralytics = pytest.importorskip("ultralytics")
    from yoloport.datasets.helmet_scenes.write import write_dataset

    losses: list[float] = []
    model = ultralytics.YOLO("yolov8n.yaml")
    model.add_callback("on_train_epoch_end", lambda trainer: losses.append(float(sum(trainer.tloss.values()))))
    data = write_dataset(tmp_path / "scenes", 16, 4, size=(320, 240))
    settings = recipe(16, pretrained=False, epochs=4)
    model.train(data=data, device="cpu", val=False, plots=False, project=str(tmp_path / "runs"), **settings)
    assert len(losses) == 4 and losses[-1] < losses[0]
