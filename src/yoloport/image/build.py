"""Build a platform's image with the engine that is there."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from yoloport.environment import own_wheel, plan
from yoloport.errors import Exit, Problem
from yoloport.host import folders
from yoloport.host.engine import Engine
from yoloport.host.process import following
from yoloport.image.render import CONTEXT, Recipe, dockerfile

_CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")


class BuildFailed(Problem):
    """The engine could not build the image."""

    exit = Exit.ENGINE

    def __init__(self, image: str, last: str, log: Path) -> None:
        super().__init__(
            f"building {image} failed: {last}", f"{_hint(last)}; the whole output is in {log}", "docs/en/images.md"
        )
        self.image, self.log = image, log


def command(engine: Engine, context: Path, tag: str, base: str, architecture: str = "") -> list[str]:
    """``docker build …`` for this context; ``architecture`` as engines call it, empty for the machine's own."""
    argv = [engine.client, "build", "--tag", tag, "--file", str(context / "Dockerfile")]
    if architecture:
        argv += ["--platform", f"linux/{architecture}"]
    if base:
        argv += ["--build-arg", f"BASE={base}"]
    certificates = next((path for path in _CERTIFICATES if Path(path).is_file()), None)
    if certificates:
        argv += ["--secret", f"id=ca,src={certificates}"]
    if engine.name == "docker":
        argv += ["--progress", "plain"]
    return [*argv, str(context)]


def build(
    recipe: Recipe,
    engine: Engine,
    tag: str,
    base: str,
    wheelhouse: Path | None,
    report: Callable[[str], None],
    architecture: str = "",
) -> None:
    """Build and tag.

    Raises:
        BuildFailed: with the last line that says why.
    """
    log = folders.cache() / "logs" / f"image-{recipe.platform.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with _context(recipe, wheelhouse) as context:
        argv = command(engine, context, tag, base, architecture)
        environ = {**os.environ, "DOCKER_BUILDKIT": "1"}
        with following(argv, environ) as process:
            lines = _follow(process, log, report)
            code = process.wait()
    if code:
        raise BuildFailed(tag, _why(lines), log)


def push(engine: Engine, tag: str, report: Callable[[str], None]) -> None:
    """Send the image to the registry that its tag names.

    Raises:
        BuildFailed: with the engine's last words.
    """
    log = folders.cache() / "logs" / "image-push.log"
    with following([engine.client, "push", tag], dict(os.environ)) as process:
        lines = _follow(process, log, report)
        code = process.wait()
    if code:
        raise BuildFailed(tag, _why(lines), log)


def _follow(process: subprocess.Popen[str], log: Path, report: Callable[[str], None]) -> list[str]:
    lines: list[str] = []
    with log.open("w", encoding="utf-8") as out:
        for line in process.stdout or ():
            out.write(line)
            lines.append(line.rstrip())
            report(lines[-1])
    return lines


@contextlib.contextmanager
def _context(recipe: Recipe, wheelhouse: Path | None) -> Iterator[Path]:
    """The build context: Dockerfile, lock, our wheel, and the wheelhouse as hard links where the disk allows."""
    parent = folders.cache() / "contexts"
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent) as name:
        context = Path(name)
        files = context / "files"
        files.mkdir()
        (context / "Dockerfile").write_text(dockerfile(recipe), encoding="utf-8")
        lock = plan.LOCK.read_text(encoding="utf-8")
        (files / "requirements.lock").write_text(lock, encoding="utf-8")
        (files / "pins.txt").write_text(plan.pins(lock), encoding="utf-8")
        for script in CONTEXT.glob("*.py"):
            shutil.copy(script, files)
        wheel = Path(own_wheel.build(folders.checkout(), folders.cache() / "wheels"))
        if wheel.is_file():
            shutil.copy(wheel, files)
        if wheelhouse and recipe.source.kind == "wheelhouse":
            (context / "wheelhouse").mkdir()
            for file in wheelhouse.glob("*.whl"):
                _link(file.resolve(), context / "wheelhouse" / file.name)
        yield context


def _link(file: Path, target: Path) -> None:
    try:
        target.hardlink_to(file)
    except OSError:  # another disk
        shutil.copy(file, target)


def _why(lines: list[str]) -> str:
    errors = [line for line in lines if "ERROR" in line or "error:" in line.lower()]
    return (errors or [line for line in lines if line] or ["the engine said nothing"])[-1]


def _hint(last: str) -> str:
    low = last.lower()
    if "buildx component is missing" in low or "unknown flag: --progress" in low:
        return "install BuildKit's client (Debian: docker-buildx), or name another client with YOLOPORT_DOCKER"
    if "no space left" in low:
        return "free some room (docker system df)"
    if "failed to resolve" in low or "pull access denied" in low or "failed to do request" in low:
        return "the base image cannot be pulled from here: name one that the engine has (--base REF)"
    return "correct what it says and build again: what is done is cached"
