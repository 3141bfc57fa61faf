"""Disks that are too small, and engines that have nothing else."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

START_SECONDS = 60


@contextmanager
def disk(megabytes: int) -> Iterator[Path]:
    """A file system of this size, in memory; skipped where nothing may be mounted."""
    with tempfile.TemporaryDirectory(prefix="yp-") as name:
        folder = Path(name)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "yoloport-test", name], capture_output=True, text=True
        )
        if done.returncode:
            pytest.skip(f"needs the right to mount: {done.stderr.strip()}")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--recursive", "--lazy", name], check=False)


def grow(folder: Path, megabytes: int) -> None:
    """More room on it."""
    subprocess.run(["mount", "-o", f"remount,size={megabytes}m", str(folder)], check=True)


def fill(folder: Path, but: int = 0) -> None:
    """Leave only this many bytes free."""
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    with (folder / "filler").open("wb") as out:
        os.posix_fallocate(out.fileno(), 0, max(free - but, 1))


@contextmanager
def dockerd(client: str, folder: Path) -> Iterator[Path]:
    """A Docker of its own that keeps images in this folder and has no network: a client that talks to it."""
    if subprocess.run(["unshare", "--net", "true"], capture_output=True).returncode:
        pytest.skip("needs the right to make a network of its own (unshare)")
    with tempfile.TemporaryDirectory(prefix="yp-") as name:
        own = Path(name)
        (own / "daemon.json").write_text('{"features": {"containerd-snapshotter": true}}')
        options = ["--config-file", own / "daemon.json", "--data-root", folder, "--exec-root", own / "exec",
                   "--pidfile", own / "pid", "--host", f"unix://{own}/sock", "--bridge", "none", "--iptables=false",
                   "--ip6tables=false"]  # fmt: skip
        program = own / "docker"
        program.write_text(f'#!/bin/sh\nexec {client} --host unix://{own}/sock "$@"\n')
        program.chmod(0o755)
        with (own / "log").open("wb") as log:
            # In a network of its own: told to have no bridge, it removes docker0, which may be another Docker's.
            argv = ["unshare", "--net", "/usr/sbin/dockerd", *map(str, options)]
            process = subprocess.Popen(argv, stdout=log, stderr=log)
        try:
            _wait(program, process, own / "log")
            yield program
        finally:
            process.terminate()
            process.wait(60)


def _wait(program: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(2 * START_SECONDS):
        if not subprocess.run([program, "info"], capture_output=True).returncode:
            return
        if process.poll() is not None:
            break
        time.sleep(0.5)
    pytest.skip(f"a second dockerd does not start here: {log.read_text(errors='replace')[-300:]}")
