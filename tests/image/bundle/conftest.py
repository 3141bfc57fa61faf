"""A machine for ``run.sh``: a folder as its root, a docker that is a script, and the shells that closed sites have."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from image.bundle import small_image
from yoloport.host.engine import Engine
from yoloport.image.bundle import with_it
from yoloport.image.bundle.look import Found, Wanted, look
from yoloport.image.bundle.make import make

HERE = Path(__file__).parent
BUSYBOX = os.environ.get("YOLOPORT_TEST_BUSYBOX") or shutil.which("busybox")
SHELLS = {"dash": ["dash"], "busybox": [BUSYBOX or "busybox", "sh"]}
LAYERS = [small_image.layer("base", 3_000_000), small_image.layer("ours", 20_000)]


@dataclass
class Site:
    """A machine without a network: what is typed there, and what its engine was asked."""

    folder: Path
    shell: list[str]
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def fake(self) -> Path:
        return self.folder / "fake"

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def prelude(self) -> Path:
        return self.folder / "programs"

    @property
    def bundle(self) -> Path:
        return self.folder / "usb stick/bundle"

    def run(self, *words: str, code: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
        """``sh run.sh WORDS`` with the machine around it; demands the exit code."""
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        environ = {"PATH": path, "HOME": str(self.home), "FAKE": str(self.fake), "YOLOPORT_ROOT": str(self.root)}
        environ |= {"FAKE_REFERENCE": small_image.REFERENCE, "YOLOPORT_DOCKER": "docker", **self.environ, **more}
        # A busybox that is all tools in one takes its own before those on PATH, but not before functions.
        functions = ["-c", f'. "{self.prelude}"; . "$0"'] if len(self.shell) > 1 and self.prelude.exists() else []
        argv = [*self.shell, *functions, str(self.bundle / "run.sh"), *words]
        done = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=120)
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def program(self, name: str, text: str) -> None:
        """A program that comes before the machine's own."""
        file = self.folder / "bin" / name
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
        with self.prelude.open("a") as out:
            out.write(f'{name}() {{ "{file}" "$@"; }}\n')

    def node(self, path: str, content: str = "") -> Path:
        """A file under the machine's root."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        return file

    def asked(self) -> list[str]:
        """What the engine was asked so far."""
        file = self.fake / "asked"
        return file.read_text().splitlines() if file.exists() else []


def no_drawing(engine: Engine, image: str, target: Path) -> str:
    """In place of drawing, which takes seconds and has its own test."""
    folder = target / with_it.SAMPLE
    folder.mkdir(parents=True)
    (folder / "helmet-scenes.yaml").write_text("path: /data/datasets/helmet-scenes\n")
    return ""


def machine(folder: Path) -> Path:
    """Lay the folders of a site out; returns where its engine keeps things."""
    for name in ("bin", "fake", "root", "home", "usb stick"):
        (folder / name).mkdir(parents=True)
    shutil.copy(HERE / "fake_docker.sh", folder / "bin/docker")
    (folder / "bin/docker").chmod(0o755)
    return folder / "fake"


def engine_at(folder: Path) -> Engine:
    return Engine("docker", str(folder / "bin/docker"), "26.1.5", frozenset(), False)


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Where bundles are made: a fake docker that holds the small image, and a function that bundles it."""
    folder = tmp_path / "maker"
    fake = machine(folder)
    monkeypatch.setenv("FAKE", str(fake))
    monkeypatch.setenv("HOME", str(folder / "home"))
    monkeypatch.setattr(with_it, "draw_sample", no_drawing)
    small_image.put(fake, LAYERS)

    def made(name: str = "bundle", **options: object) -> Found:
        compression = options.pop("compression", "gzip")
        wanted = Wanted("cpu", tmp_path / name, compression=compression, **options)  # type: ignore[arg-type]
        found = look(wanted, engine_at(folder))
        make(found, lambda *_: None, {"SOURCE_DATE_EPOCH": "1790000000"})
        return found

    made.fake, made.folder = fake, folder  # type: ignore[attr-defined]
    return made


@pytest.fixture(params=SHELLS)
def site(request: pytest.FixtureRequest, tmp_path: Path, maker) -> Site:
    """A closed site with a bundle on a stick, once for each shell."""
    if not shutil.which(SHELLS[request.param][0]):
        pytest.skip(f"no {request.param} here")
    found = maker("made", split="1M")
    found_at = Site(tmp_path / "site", SHELLS[request.param])
    machine(found_at.folder)
    shutil.move(found.folder, found_at.bundle)
    found_at.environ["FAKE_ID"] = f"sha256:{small_image.sum_of(small_image.config(LAYERS))}"
    return found_at
