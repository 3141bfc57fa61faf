"""Ultralytics is started offline and with all cores, and the user's own settings win."""

from __future__ import annotations

import pytest

from yoloport.inside.upstream import cpu_threads, keep_threads, prepare
from yoloport.measure.machine import usable_cores


def test_nothing_is_installed_or_fetched_and_nothing_the_user_set_is_changed() -> None:
    environ = {"YOLO_OFFLINE": "False"}
    prepare(environ)
    assert environ["YOLO_AUTOINSTALL"] == "False"
    assert environ["YOLO_OFFLINE"] == "False"
    assert environ["ORT_DISABLE_TELEMETRY"] == "1"


@pytest.mark.parametrize(
    ("before", "count"), [("3", 3), (None, usable_cores()), ("", usable_cores()), ("0", usable_cores())]
)
def test_every_usable_core_computes_unless_the_user_said_otherwise(before: str | None, count: int) -> None:
    assert cpu_threads(before) == count


@pytest.mark.torch
def test_threads_are_restored_after_ultralytics_took_one_away() -> None:
    pytest.importorskip("ultralytics")
    import torch
    from ultralytics import YOLO
    from ultralytics.utils import ASSETS

    model = YOLO("yolov8n.yaml", verbose=False)
    keep_threads(model, 3)
    before = torch.get_num_threads()
    try:
        model.predict(str(ASSETS / "bus.jpg"), imgsz=64, device="cpu", verbose=False)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
