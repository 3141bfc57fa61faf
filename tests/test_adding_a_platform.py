"""The page on adding a platform: its blocks are taken out and followed, in both languages."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from yoloport.errors import Exit

ROOT = Path(__file__).resolve().parents[1]
FILES = {
    "chips/starling/platform.toml", "chips/starling/versions.toml", "chips/starling/checks.toml",
    "chips/starling/checks.py", "chips/starling/sessions.toml", "chips/starling/session.py", "starling.toml",
}  # fmt: skip
# Stands in for the machine that has the card: whoever asks for this machine gets the page's recorded one.
HAS_THE_CARD = """
from pathlib import Path
from yoloport.host import machine, recorded
machine.at = lambda place=Path("/"): recorded.load(Path("starling.toml"))
"""

# Stands in for the vendor's binding: its model sees a helmet in every picture.
BINDING = """
import numpy as np
__version__ = "3.2.0"
class Error(Exception): pass
class Model:
    input_shape, precision = (1, 3, 64, 64), "fp16"
    def run(self, batch):
        assert batch.shape == self.input_shape
        head = np.zeros((1, 6, 8), np.float32)
        head[0, :, 0] = 32, 32, 16, 8, 0.9, 0.1
        return [head]
    def release(self): pass
def load(file, card):
    if open(file, "rb").read() != b"model": raise Error("0x2a")
    return Model()
"""


def page(language: str) -> str:
    return (ROOT / f"docs/{language}/adding-a-platform.md").read_text(encoding="utf-8")


def files(text: str) -> dict[str, str]:
    """Blocks that a line with the file's name stands before."""
    return dict(re.findall(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


def shown(text: str) -> list[list[str]]:
    """The commands of the page's shell blocks, without those that only prepare."""
    blocks = [block for kind, block in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL) if not kind]
    return [shlex.split(line)[1:] for block in blocks for line in block.splitlines() if line.startswith("yoloport ")]


@pytest.fixture(params=["en", "zh"])
def yoloport(request: pytest.FixtureRequest, tmp_path: Path):
    """Runs a command of the page in a folder that holds the page's files."""
    for name, text in files(page(request.param)).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("YOLOPORT_", "XDG_", "LC_", "LANG"))}
    environ |= {"HOME": str(tmp_path), "YOLOPORT_PLATFORMS": str(tmp_path / "chips"), "PYTHONPATH": str(ROOT / "src")}

    def run(*arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
        program = f"{before}\nfrom yoloport.cli.app import main\nmain()"
        argv = [sys.executable, "-c", program, *arguments]
        return subprocess.run(
            argv, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )

    return run


def test_both_pages_show_the_same_files_and_commands():
    assert files(page("en")) == files(page("zh")) and set(files(page("en"))) == FILES
    expected = (
        "predict helmet_starling/ pictures/",
        "platforms show starling",
        "doctor --from starling.toml",
        "up --platform starling --dry-run",
    )
    assert shown(page("en")) == shown(page("zh")) == [command.split() for command in expected]


def test_the_new_chip_is_shown_with_its_sources_and_what_has_none(yoloport):
    done = yoloport("platforms", "show", "starling")
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("Starling NPU", "/dev/starling[0-9]*", "Starling container guide 3.2, chapter 4", "2026-11-20"):
        assert words in done.stdout
    assert re.search(r"no source +image\.base", done.stdout) and "UNSOURCED (no source found" in done.stdout
    assert re.search(r"^starling +Starling NPU .* 0000000  /dev/starlingN$", yoloport("platforms").stdout, re.MULTILINE)


@pytest.fixture
def helmet(yoloport, tmp_path: Path) -> Path:
    """A model of the page's format, and a picture to look at."""
    import cv2
    import numpy as np

    for folder in ("helmet_starling", "pictures"):
        (tmp_path / folder).mkdir()
    (tmp_path / "helmet_starling/metadata.yaml").write_text(
        "{task: detect, names: {0: helmet, 1: head}, imgsz: [64, 64], stride: 32, batch: 1}"
    )
    (tmp_path / "pictures/a.png").write_bytes(cv2.imencode(".png", np.zeros((64, 64, 3), np.uint8))[1].tobytes())
    model = tmp_path / "helmet_starling/helmet.sgm"
    model.write_bytes(b"model")
    return model


BRINGS_THE_BINDING = "import sys; sys.path.insert(0, '.')"


def test_a_model_of_the_new_format_is_predicted_with_like_any_other(yoloport, helmet: Path, tmp_path: Path):
    (tmp_path / "starling_rt.py").write_text(BINDING)
    command = next(words for words in shown(page("en")) if words[0] == "predict")
    done = yoloport(*command, before=BRINGS_THE_BINDING)
    assert (done.returncode, done.stdout) == (0, "pictures/a.png: 1 helmet\n"), done.stderr
    helmet.write_bytes(b"torn")
    refused = yoloport(*command, before=BRINGS_THE_BINDING)
    assert refused.returncode == Exit.BAD_WEIGHTS and "load failed with 0x2a" in refused.stderr


def test_without_the_binding_the_tables_remedy_is_shown(yoloport, helmet: Path):
    refused = yoloport("predict", "helmet_starling/", "pictures/")
    assert refused.returncode == Exit.INSTALL and "remedy: install the Starling SDK" in refused.stderr


def test_doctor_knows_the_recorded_machine_and_makes_the_new_check(yoloport):
    done = yoloport("doctor", "--from", "starling.toml")
    assert "Traceback" not in done.stderr, done.stderr
    assert "starling, Starling NPU" in done.stdout and "openEuler 22.03" in done.stdout
    assert "[starling-slow-mode]" in done.stdout and "in the mode save" in done.stdout
    assert done.returncode == 1, done.stdout


def test_up_plans_a_workspace_on_the_machine_with_the_card(yoloport):
    done = yoloport("up", "--platform", "starling", "--dry-run", before=HAS_THE_CARD)
    assert done.returncode == 0, done.stderr
    assert "asked for by name" in done.stderr and "cards        0, 1 (physical ids)" in done.stdout
    assert "torch 2.9.0" in done.stdout


def test_up_says_that_a_machine_without_the_card_has_none(yoloport):
    done = yoloport("up", "--platform", "starling", "--dry-run")
    assert done.returncode == Exit.NO_DEVICE and "/dev/starling[0-9]*" in done.stderr


def test_a_misspelt_key_is_named_with_file_and_line(yoloport, tmp_path: Path):
    file = tmp_path / "chips/starling/platform.toml"
    text = file.read_text(encoding="utf-8").replace("collective =", "colective =")
    file.write_text(text, encoding="utf-8")
    line = 1 + next(number for number, words in enumerate(text.splitlines()) if words.startswith("colective"))
    done = yoloport("platforms", "show", "starling")
    assert done.returncode != 0 and f"{file}:{line}: torch.colective" in done.stderr
