"""What goes wrong with real engines and real disks: it is said, and no half image is left under the name."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from end_to_end import engines, small_disk
from yoloport.host import folders
from yoloport.host.engine import find
from yoloport.image.bundle.look import Wanted, look
from yoloport.image.bundle.make import make
from yoloport.image.bundle.problems import BundleDiskFull

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]
TAG = "yoloport-test/faults:1"
RUNTIME = ("image", "build", "cpu", "--kind", "runtime", "--tag", TAG)


@pytest.fixture(scope="module")
def engine() -> Iterator[str]:
    """Docker with the base image; the tag is removed."""
    client, _ = engines.docker()
    yield client
    subprocess.run([client, "image", "rm", "--force", TAG], capture_output=True, check=False)


def identity(client: str | Path, image: str) -> str:
    """The image's id; empty where the engine has none of that name."""
    argv = [client, "image", "inspect", "--format", "{{.Id}}", image]
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip()


def test_a_base_that_cannot_be_reached_is_told_with_mirrors_and_base(account, engine: str):
    told = account.yoloport(*RUNTIME, "--engine", "docker", "--base", "127.0.0.1:9/none/debian:12", expect=20).stderr
    assert "--base REF" in told and "docker.m.daocloud.io" in told and not identity(engine, TAG)


def test_an_interrupted_build_leaves_the_tag_as_it_was(account, engine: str):
    base = os.environ["YOLOPORT_TEST_BASE"]
    subprocess.run([engine, "tag", base, TAG], check=True)
    before, log = identity(engine, TAG), folders.cache() / "logs/image-runtime-cpu.log"
    log.unlink(missing_ok=True)
    argv = [account.root / "yoloport", *RUNTIME, "--engine", "docker", "--base", base, "--no-cache"]
    process = subprocess.Popen(argv, env=account.environ(), stderr=subprocess.PIPE, text=True, start_new_session=True)
    while process.poll() is None and not (log.is_file() and "Unpacking" in log.read_text(errors="replace")):
        time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does: to everything on the terminal
    assert process.wait(120) == 130 and "Traceback" not in (process.stderr.read() if process.stderr else "")
    assert identity(engine, TAG) == before


@pytest.fixture
def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Podman whose store takes the base and not what is installed on it."""
    podman, base = engines.podman()
    with small_disk.disk(480) as folder:
        saved = tmp_path / "base.tar"
        subprocess.run([podman, "save", "--quiet", "--output", saved, base], check=True)
        store = tmp_path / "storage.conf"
        store.write_text(f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/store"\nrunroot = "{folder}/run"\n')
        monkeypatch.setenv("CONTAINERS_STORAGE_CONF", str(store))
        subprocess.run([podman, "load", "--quiet", "--input", saved], check=True)
        yield podman


def test_a_disk_that_fills_up_in_a_build_is_told_and_no_image_is_named(account, full: str):
    base = os.environ["YOLOPORT_TEST_BUILDERS_BASE"]
    told = account.yoloport(*RUNTIME, "--engine", "podman", "--base", base, expect=20).stderr
    assert re.search("no space left", told, re.IGNORECASE) and "free some room" in told
    assert identity(full, base) and not identity(full, TAG)


@pytest.fixture
def bundle(engine: str, tmp_path: Path) -> Path:
    """A small image in a bundle."""
    subprocess.run([engine, "tag", os.environ["YOLOPORT_TEST_BASE"], TAG], check=True)
    wanted = Wanted("cpu", tmp_path / "bundle", image=TAG)
    make(look(wanted, find("docker", client=engine)), lambda *_: None)
    return tmp_path / "bundle"


def run_sh(bundle: Path, client: Path | str, home: Path, *words: str, code: int) -> str:
    environ = {"HOME": str(home), "PATH": f"{home}:{os.environ['PATH']}", "YOLOPORT_DOCKER": str(client), "LANG": "C"}
    argv = ["sh", str(bundle / "run.sh"), *words]
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stderr


def test_a_disk_too_small_for_a_load_is_told_and_one_that_fills_up_leaves_no_image(engine, bundle, tmp_path: Path):
    with small_disk.disk(150) as folder, small_disk.dockerd(engine, folder) as client:
        assert "loading needs" in run_sh(bundle, client, tmp_path, "--load", code=32)
        # Another program takes the room after the look, which is as if the look had found enough.
        df = tmp_path / "df"
        df.write_text("#!/bin/sh\necho Filesystem\necho tmpfs 9000000 0 9000000 0% /\n")
        df.chmod(0o755)
        told = run_sh(bundle, client, tmp_path, "--load", code=20)
        df.unlink()
        assert "no space left on device" in told and f"nothing is left under {TAG}" in told
        assert not identity(client, TAG)
        small_disk.grow(folder, 900)
        run_sh(bundle, client, tmp_path, "--load", code=0)
        assert identity(client, TAG)


def test_a_corrupted_archive_never_reaches_the_engine(engine: str, bundle: Path, tmp_path: Path):
    subprocess.run([engine, "image", "rm", TAG], check=True, capture_output=True)
    archive = bundle / "image.tar.zst"
    with archive.open("r+b") as file:
        file.seek(archive.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    assert "CORRUPTED image.tar.zst" in run_sh(bundle, engine, tmp_path, "--load", code=60)
    assert not identity(engine, TAG)


def test_a_disk_that_fills_up_while_a_bundle_is_made_leaves_no_folder(engine: str):
    subprocess.run([engine, "tag", os.environ["YOLOPORT_TEST_BASE"], TAG], check=True)
    with small_disk.disk(1500) as folder:
        found = look(Wanted("cpu", folder / "bundle", image=TAG), find("docker", client=engine))

        def another_program(step: str, *_: object) -> None:
            if step == "packing" and not (folder / "filler").exists():
                small_disk.fill(folder)

        with pytest.raises(BundleDiskFull):
            make(found, another_program)
        assert [one.name for one in folder.iterdir()] == ["filler"]
