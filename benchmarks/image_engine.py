"""What the measurements of images ask of the container engine."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from interleaved import ROOT, run

CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
"""What a build on a network that inspects TLS needs."""


@dataclass(frozen=True)
class Bench:
    """An engine, a base image that it has, and where wheels and converted weights lie."""

    docker: str
    base: str
    wheelhouse: Path | None
    artifact: Path
    picture: Path

    def build(self, launcher: Path, kind: str, tag: str, *more: str) -> None:
        """``yoloport image build cpu``, from the checkout of this launcher."""
        words = ["--base", self.base, "--tag", tag, *self._of(kind), *more]
        run([str(launcher), "image", "build", "cpu", *words], self.environ())

    def _of(self, kind: str) -> list[str]:
        wheels = ["--wheelhouse", str(self.wheelhouse)] if kind == "workspace" and self.wheelhouse else []
        return ["--kind", kind, *wheels]

    @contextmanager
    def rendered(self, launcher: Path, kind: str) -> Iterator[Path]:
        """A folder that ``yoloport image render cpu -o`` wrote, each time the same: BuildKit takes what has changed."""
        context = self.artifact.with_name(f"rendered-{kind}")
        run([str(launcher), "image", "render", "cpu", *self._of(kind), "--output", str(context)], self.environ())
        try:
            yield context
        finally:
            shutil.rmtree(context)

    def build_rendered(self, context: Path, tag: str, *more: str) -> None:
        """``docker build`` of it, as a person would."""
        words = ["--tag", tag, "--build-arg", f"BASE={self.base}", *more]
        if Path(CERTIFICATES).is_file():
            words += ["--secret", f"id=ca,src={CERTIFICATES}"]
        run([self.docker, "build", *words, str(context)], {**self.environ(), "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"})

    def environ(self) -> dict[str, str]:
        """The caller's, with the engine's client."""
        return {**os.environ, "YOLOPORT_DOCKER": self.docker}

    def remove(self, *images: str) -> None:
        """Only what was made here."""
        subprocess.run([self.docker, "image", "rm", "--force", *images], capture_output=True, check=False)

    def unpacked(self, image: str, arch: str = "") -> int:
        """Bytes of all files in an image."""
        with self._exported(image, arch) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            return sum(one.size for one in archive if one.isfile())

    def packed(self, image: str, compressor: tuple[str, ...], arch: str = "") -> int:
        """Bytes of all files in an image as one compressed archive."""
        with self._exported(image, arch) as stream:
            line = f"{shlex.join(compressor)} | wc -c"
            return int(subprocess.run(["sh", "-c", line], stdin=stream, capture_output=True, check=True).stdout)

    @contextmanager
    def _exported(self, image: str, arch: str) -> Iterator[IO[bytes]]:
        of_arch = ["--platform", f"linux/{arch}"] if arch else []
        number = run([self.docker, "create", *of_arch, image, "true"], self.environ()).stdout.strip()
        try:
            with subprocess.Popen([self.docker, "export", number], stdout=subprocess.PIPE) as export:
                assert export.stdout is not None
                yield export.stdout
        finally:
            run([self.docker, "rm", "--force", "--volumes", number], self.environ())

    def version(self) -> str:
        """The engine's server."""
        told = json.loads(run([self.docker, "version", "--format", "{{json .Server}}"], self.environ()).stdout)
        return f"docker {told['Version']}"


def engine() -> tuple[str, str]:
    """Client and base image, from the environment or from ``scripts/engine up``.

    Raises:
        SystemExit: no engine can be had here; the script's own words are on standard error.
    """
    names = ("YOLOPORT_DOCKER", "YOLOPORT_TEST_BASE")
    if not all(os.environ.get(name) for name in names):
        done = subprocess.run([ROOT / "scripts/engine", "up"], stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.returncode)
        for line in shlex.split(done.stdout):
            name, _, value = line.partition("=")
            if name in names:
                os.environ[name] = value
    return os.environ[names[0]], os.environ[names[1]]
