"""A stop of the workspace finds a saved checkpoint instead of half an epoch."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from yoloport.inside import checkpoints
from yoloport.inside.checkpoints import Watch, WorkspaceStops
from yoloport.supervise.trainings import Training, recorded, started_at

EVENTS = ("on_train_start", "on_model_save", "on_fit_epoch_end", "on_train_end")


@pytest.fixture
def trainer(tmp_path: Path) -> SimpleNamespace:
    """What a trainer of Ultralytics has, as far as it is read, in its third epoch of nine."""
    run = tmp_path / "runs/train"
    return SimpleNamespace(
        save_dir=run, last=run / "weights/last.pt", epochs=9, epoch=2, start_epoch=0, stop=False,
        args=SimpleNamespace(save=True),
    )  # fmt: skip


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path)


def written(trainer: SimpleNamespace, **given: object) -> Training:
    base = Training(str(trainer.save_dir), os.getpid(), started_at(os.getpid()), 0, 9)
    return replace(base, **given)


def test_a_training_is_recorded_when_it_begins_and_has_no_checkpoint_yet(watch: Watch, trainer):
    watch.begin(trainer)
    assert recorded(watch.folder) == (written(trainer),)


def test_one_that_resumes_has_the_checkpoint_it_resumes_from(watch: Watch, trainer):
    trainer.last.parent.mkdir(parents=True)
    trainer.last.touch()
    trainer.start_epoch = 2
    watch.begin(trainer)
    assert recorded(watch.folder) == (written(trainer, epoch=2, checkpoint=str(trainer.last)),)


def test_each_save_is_recorded_and_the_training_goes_on(watch: Watch, trainer):
    watch.saved(trainer)
    watch.epoch_ended(trainer)
    assert recorded(watch.folder) == (written(trainer, epoch=3, checkpoint=str(trainer.last)),)


def test_a_stop_is_obeyed_right_after_a_save_with_how_to_go_on(watch: Watch, trainer):
    watch.stop_file.touch()
    with pytest.raises(WorkspaceStops) as caught:
        watch.saved(trainer)
    assert f"YOLO({str(trainer.last)!r}).train(resume=True)" in str(caught.value)
    assert "after epoch 3 of 9" in str(caught.value) and caught.value.checkpoint == str(trainer.last)
    assert recorded(watch.folder) == (written(trainer, epoch=3, checkpoint=str(trainer.last), stopped=True),)


def test_between_two_saves_a_stop_is_not_obeyed(watch: Watch, trainer):
    watch.stop_file.touch()
    watch.begin(trainer)
    watch.epoch_ended(trainer)
    assert not recorded(watch.folder)[0].stopped


def test_without_saving_a_stop_is_obeyed_at_the_end_of_the_epoch_and_says_so(watch: Watch, trainer):
    trainer.args.save = False
    watch.stop_file.touch()
    with pytest.raises(WorkspaceStops, match="save=False"):
        watch.epoch_ended(trainer)
    assert recorded(watch.folder) == (written(trainer, epoch=3, stopped=True),)


def test_after_its_last_epoch_a_training_may_finish(watch: Watch, trainer):
    trainer.stop = True
    watch.stop_file.touch()
    watch.saved(trainer)
    assert not recorded(watch.folder)[0].stopped


def test_a_training_that_came_to_its_end_leaves_no_record(watch: Watch, trainer):
    watch.saved(trainer)
    watch.end(trainer)
    assert recorded(watch.folder) == ()


def test_nobodys_except_exception_catches_the_stop():
    assert not issubclass(WorkspaceStops, Exception) and issubclass(WorkspaceStops, KeyboardInterrupt)


@pytest.fixture
def callbacks() -> ModuleType:
    module = ModuleType("callbacks")
    module.default_callbacks = {event: [len] for event in EVENTS}
    return module


def test_in_a_workspace_upstreams_callbacks_are_added_to_and_can_be_copied(callbacks, tmp_path, monkeypatch):
    monkeypatch.setenv("YOLOPORT_STATE", str(tmp_path))
    checkpoints.adapt(callbacks)
    assert all(len(functions) == 2 and functions[0] is len for functions in callbacks.default_callbacks.values())
    copied = copy.deepcopy(callbacks.default_callbacks)
    assert copied["on_train_start"][1].__self__ is callbacks.default_callbacks["on_train_start"][1].__self__


def test_outside_a_workspace_nothing_is_changed(callbacks, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("YOLOPORT_STATE", raising=False)
    checkpoints.adapt(callbacks)
    assert all(functions == [len] for functions in callbacks.default_callbacks.values())


TRAIN = """
import sys
sys.path.insert(0, {source!r})
from yoloport.inside import activate
activate.install()
from ultralytics import YOLO
settings = dict(data={data!r}, epochs=3, imgsz=32, batch=2, workers=0, plots=False, project={runs!r}, name="train",
                device="cpu", amp=False, exist_ok=True, verbose=False, val=False)
YOLO("yolov8n.yaml").train(**settings) if {resume!r} is None else YOLO({resume!r}).train(resume=True)
"""


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Four pictures of noise with a box each."""
    np = pytest.importorskip("numpy")
    pillow = pytest.importorskip("PIL.Image")
    for folder in ("images", "labels"):
        (tmp_path / "tiny" / folder).mkdir(parents=True)
    random = np.random.default_rng(0)
    for number in range(4):
        pixels = random.integers(0, 255, (32, 32, 3), dtype=np.uint8)
        pillow.fromarray(pixels).save(tmp_path / f"tiny/images/{number}.jpg")
        (tmp_path / f"tiny/labels/{number}.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    file = tmp_path / "tiny/data.yaml"
    file.write_text(f"path: {tmp_path / 'tiny'}\ntrain: images\nval: images\nnames: [helmet]\n")
    return file


@pytest.mark.torch
def test_a_real_training_leaves_after_its_epoch_and_resumes_to_its_end(dataset: Path, tmp_path: Path, root: Path):
    pytest.importorskip("ultralytics")
    state, runs = tmp_path / "state", tmp_path / "runs"
    state.mkdir()
    environ = {**os.environ, "YOLOPORT_STATE": str(state), "YOLO_CONFIG_DIR": str(tmp_path),
               "YOLO_AUTOINSTALL": "False", "YOLO_OFFLINE": "1"}  # fmt: skip

    def train(resume: str | None) -> subprocess.Popen[str]:
        code = TRAIN.format(source=str(root / "src"), data=str(dataset), runs=str(runs), resume=resume)
        log = (tmp_path / "log").open("w")
        return subprocess.Popen([sys.executable, "-c", code], env=environ, stdout=log, stderr=log, text=True)

    process = train(None)
    deadline = time.monotonic() + 240
    while not recorded(state / "trainings") and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    (state / "stop").touch()  # in the first epoch
    assert process.wait(240) != 0, "a training that was left is no success"
    (left,) = recorded(state / "trainings")
    assert (left.stopped, left.epochs) == (True, 3) and 1 <= left.epoch < 3, (tmp_path / "log").read_text()[-2000:]
    assert Path(left.checkpoint).is_file() and "the workspace is going down" in (tmp_path / "log").read_text()

    (state / "stop").unlink()
    assert train(left.checkpoint).wait(240) == 0, (tmp_path / "log").read_text()[-2000:]
    assert recorded(state / "trainings") == ()
    assert len((runs / "train/results.csv").read_text().splitlines()) == 1 + 3
