"""Run a user's script on the simulated accelerator, under any name, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulated import pictures

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Ran:
    """How a script went. ``told`` is what it left in a variable of that name."""

    code: int
    output: str
    told: dict[str, Any]
    counters: dict[str, int]
    report: list[dict[str, Any]]

    def on_the_device(self) -> bool:
        """Kernels ran there: a run that fell back to the processor has none."""
        return self.code == 0 and self.counters.get("kernels", 0) > 0


@dataclass(frozen=True)
class Machine:
    """A machine with simulated cards of one name, and a folder to work in."""

    name: str
    plugin: Path
    folder: Path

    def environment(self, **more: str) -> dict[str, str]:
        """What the script's process sees: a pytest's variables would send upstream's runs elsewhere."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("YOLOPORT_", "YOLO_", "PYTEST_", "TORCH_CPP_"))
        }
        paths = (self.plugin, HERE.parents[1] / "src")
        ours = {
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "YOLO_CONFIG_DIR": str(self.folder / "config"),
            "YOLO_OFFLINE": "true",
            "YOLO_AUTOINSTALL": "false",
            "OMP_NUM_THREADS": "1",
            "GLOO_SOCKET_IFNAME": "lo",
        }
        return {**kept, **ours, **more}

    def data(self, task: str = "detect", count: int = 8) -> Path:
        """A dataset for the task."""
        return pictures.write(self.folder / f"data-{task}", task, count)

    def run(self, script: str, timeout: float = 400, **environment: str) -> Ran:
        """Run the text of a script to its end."""
        file, facts = self.folder / "user.py", self.folder / "facts.json"
        file.write_text(script, encoding="utf-8")
        facts.unlink(missing_ok=True)
        (self.folder / "config").mkdir(exist_ok=True)
        argv = [sys.executable, str(HERE / "harness.py"), str(facts), str(file)]
        done = subprocess.run(
            argv, cwd=self.folder, env=self.environment(**environment), timeout=timeout, check=False,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        found = json.loads(facts.read_text(encoding="utf-8")) if facts.is_file() else {}
        told, counters, report = found.get("told", {}), found.get("counters", {}), found.get("report", [])
        return Ran(done.returncode, done.stdout, told, counters, report)


@pytest.fixture(scope="session")
def simulators() -> Path:
    """The folder with one plug-in for each name, built once for this torch."""
    script = HERE.parents[1] / "scripts/simulated-accelerator"
    done = subprocess.run([str(script), sys.executable], text=True, stdout=subprocess.PIPE, check=True)
    return Path(done.stdout.splitlines()[-1])


@pytest.fixture
def machine(simulators: Path, tmp_path: Path) -> Callable[[str], Machine]:
    """A machine with two cards of the name."""
    return lambda name: Machine(name, simulators / name, tmp_path)
