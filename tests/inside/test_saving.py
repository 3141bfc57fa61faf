"""A kill or a full disk in the middle of saving leaves the checkpoint before it, and it resumes."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from simulated import pictures
from yoloport.inside import saving
from yoloport.inside.saving import PART, CheckpointNotSaved, exchanged


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_files_take_the_place_of_those_of_the_same_name(tmp_path: Path):
    (tmp_path / "last.pt").write_bytes(b"before")
    (tmp_path / "epoch0.pt").write_bytes(b"kept")
    with exchanged(tmp_path) as part:
        (part / "last.pt").write_bytes(b"after")
        assert (tmp_path / "last.pt").read_bytes() == b"before"
    assert files(tmp_path) == {"last.pt": b"after", "epoch0.pt": b"kept"}


def test_nothing_changes_where_one_file_could_not_be_written(tmp_path: Path):
    (tmp_path / "last.pt").write_bytes(b"before")
    with pytest.raises(OSError, match="No space left"), exchanged(tmp_path) as part:
        (part / "last.pt").write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert files(tmp_path) == {"last.pt": b"before"}


def test_what_a_killed_process_left_half_written_does_not_take_a_place(tmp_path: Path):
    (tmp_path / PART).mkdir()
    (tmp_path / PART / "best.pt").write_bytes(b"half")
    with exchanged(tmp_path) as part:
        (part / "last.pt").write_bytes(b"whole")
    assert files(tmp_path) == {"last.pt": b"whole"}


class Trainer:
    """Saves as upstream's does, as far as paths go."""

    def __init__(self, folder: Path) -> None:
        self.wdir, self.last, self.best = folder, folder / "last.pt", folder / "best.pt"
        self.full = False

    def save_model(self) -> bool:
        self.wdir.mkdir(parents=True, exist_ok=True)
        self.last.write_bytes(b"new")
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        (self.wdir / "epoch3.pt").write_bytes(b"new")
        return True


@pytest.fixture
def trainer(tmp_path: Path) -> Trainer:
    class Adapted(Trainer):
        pass

    saving.adapt(SimpleNamespace(BaseTrainer=Adapted, strip_optimizer=None, torch=None))
    return Adapted(tmp_path / "weights")


def test_a_trainer_keeps_its_paths_and_what_saving_returned(trainer: Trainer, tmp_path: Path):
    assert trainer.save_model() is True
    assert (trainer.wdir, trainer.last) == (tmp_path / "weights", tmp_path / "weights/last.pt")
    assert files(trainer.wdir) == {"last.pt": b"new", "epoch3.pt": b"new"}


def test_an_error_says_what_is_kept_and_how_to_go_on(trainer: Trainer):
    trainer.save_model()
    trainer.full = True
    with pytest.raises(CheckpointNotSaved, match=r"No space left on device.*untouched.*df -h.*resume=True") as told:
        trainer.save_model()
    assert told.value.errno == errno.ENOSPC and trainer.last.name == "last.pt" and trainer.last.read_bytes() == b"new"


@pytest.mark.parametrize(("cause", "says"), [(RuntimeError(), "RuntimeError"), (RuntimeError("a\nb"), "saved: a.")])
def test_an_error_without_words_is_named_by_its_kind(tmp_path: Path, cause: Exception, says: str):
    assert says in str(CheckpointNotSaved(tmp_path, cause, "Then start again."))


def test_the_first_checkpoint_of_all_has_nothing_to_go_on_from(trainer: Trainer):
    trainer.full = True
    with pytest.raises(CheckpointNotSaved, match="Then start again"):
        trainer.save_model()


BEGIN = """
import os, pathlib, resource, signal, sys
import yoloport.inside

yoloport.inside.install()
from ultralytics import YOLO

def third(trainer):
    if trainer.epoch == 1:
        {fault}

model = YOLO("yolov8n.yaml")
model.add_callback("on_model_save", third)
settings = dict(imgsz=32, batch=4, plots=False, val=False)
model.train(data=sys.argv[1], epochs={epochs}, project=sys.argv[2], name="run", **settings)
"""
KILLED = """
        def half(path, content):
            with open(path, "wb") as file:
                file.write(content[: len(content) // 2])
            os.kill(os.getpid(), signal.SIGKILL)

        pathlib.Path.write_bytes = half
"""
FULL = "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))  # as a full disk: a file ends in its middle"
RESUME = """
import sys
import yoloport.inside

yoloport.inside.install()
from ultralytics import YOLO

model = YOLO(sys.argv[1])
model.add_callback("on_train_start", lambda trainer: print("goes on from epoch", trainer.start_epoch))
model.train(resume=True)
"""


def child(script: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "YOLOPORT_"))}
    environ |= {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false", "YOLO_CONFIG_DIR": str(folder)}
    environ |= {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src")}
    argv = [sys.executable, "-c", script, *arguments]
    return subprocess.run(argv, env=environ, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.torch
def test_a_training_that_is_killed_while_it_saves_goes_on_from_the_epoch_before(tmp_path: Path):
    data = pictures.write(tmp_path / "data", "detect", 4)
    killed = child(BEGIN.format(fault=KILLED, epochs=4), tmp_path, str(data), str(tmp_path))
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    assert (tmp_path / "run/weights" / PART / "last.pt").stat().st_size > 0, "it was not killed while it saved"
    resumed = child(RESUME, tmp_path, str(tmp_path / "run/weights/last.pt"))
    assert resumed.returncode == 0 and "goes on from epoch 2" in resumed.stdout, resumed.stderr[-2000:]
    assert sorted(files(tmp_path / "run/weights")) == ["best.pt", "last.pt"]


@pytest.mark.torch
def test_where_the_disk_fills_up_the_training_goes_on_from_the_epoch_before(tmp_path: Path):
    data = pictures.write(tmp_path / "data", "detect", 4)
    full = child(BEGIN.format(fault=FULL, epochs=4), tmp_path, str(data), str(tmp_path))
    assert full.returncode == 1 and "CheckpointNotSaved: a checkpoint could not be saved" in full.stderr, full.stderr
    resumed = child(RESUME, tmp_path, str(tmp_path / "run/weights/last.pt"))
    assert resumed.returncode == 0 and "goes on from epoch 2" in resumed.stdout, resumed.stderr[-2000:]


@pytest.mark.torch
def test_where_the_disk_fills_up_at_the_end_the_weights_are_there(tmp_path: Path):
    """After the last epoch upstream takes the optimizer out of both files."""
    data = pictures.write(tmp_path / "data", "detect", 4)
    full = child(BEGIN.format(fault=FULL, epochs=2), tmp_path, str(data), str(tmp_path))
    assert "last.pt loads as it is; only its optimizer was to be left out" in full.stderr, full.stderr
    loads = "import sys; from ultralytics import YOLO; YOLO(sys.argv[1]).info()"
    assert child(loads, tmp_path, str(tmp_path / "run/weights/last.pt")).returncode == 0
