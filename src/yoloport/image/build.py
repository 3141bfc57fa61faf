"""Build a platform's image with the engine that is there."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from platform import machine

from yoloport.host import engine as engines
from yoloport.host import folders
from yoloport.host.engine import Engine
from yoloport.host.process import following
from yoloport.image import files
from yoloport.image.failures import BuildFailed, why
from yoloport.image.recipe import ARCHITECTURES
from yoloport.image.render import Recipe

_INSPECT = ("image", "inspect", "--format", "{{.Id}}")
_REMOVE = {"buildah": ("rmi",)}
_OWN = {own: name for name, own in ARCHITECTURES.items()}
_CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")


def command(
    engine: Engine, context: Path, tag: str, base: str, architecture: str = "", anew: bool = False
) -> list[str]:
    """``docker build …`` for this context.

    Args:
        engine: Docker, Podman or Buildah.
        architecture: as engines call it, empty for the machine's own.
        anew: whether every step is done again, for the system's security updates.
    """
    argv = [engine.client, "build", "--tag", tag, "--file", str(context / "Dockerfile")]
    argv += ["--progress", "plain"] if engine.name == "docker" else _of_buildah(engine)
    if architecture:
        argv += ["--platform", f"linux/{architecture}"]
    if anew:
        argv.append("--no-cache")
    if base:
        argv += ["--build-arg", f"BASE={base}"]
    certificates = next((path for path in _CERTIFICATES if Path(path).is_file()), None)
    if certificates:
        argv += ["--secret", f"id=ca,src={certificates}"]
    return [*argv, str(context)]


def _of_buildah(engine: Engine) -> list[str]:
    """What Buildah, which is also in Podman, has to be told and Docker does by itself.

    Its own format has no health check. Before 1.40 (CHANGELOG, 2025-04-17) it does not know what it runs on in `FROM`.
    """
    layers = ["--layers"] if engine.name == "buildah" else []
    return [*layers, "--format", "docker", "--build-arg", f"BUILDPLATFORM=linux/{_OWN.get(machine(), machine())}"]


def build(
    recipe: Recipe,
    engine: Engine,
    tag: str,
    base: str,
    wheelhouse: Path | None,
    report: Callable[[str], None],
    architecture: str = "",
    anew: bool = False,
) -> None:
    """Build and tag.

    Raises:
        BuildFailed: with the last line that says why.
    """
    of_kind = "" if recipe.kind == "workspace" else f"{recipe.kind}-"
    log = folders.cache() / "logs" / f"image-{of_kind}{recipe.platform.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with _context(recipe, wheelhouse) as context:
        argv = command(engine, context, tag, base, architecture, anew)
        # A record of when and how it was built makes the image another one each time, and a rebuild longer.
        environ = {**os.environ, "DOCKER_BUILDKIT": "1", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
        with _whole_or_as_it_was(engine, tag), following(argv, environ) as process:
            lines = _follow(process, log, report)
            if process.wait():
                mirrors = [row.address for row in recipe.platform.mirror if row.kind == "images"]
                raise BuildFailed(tag, why(lines), log, mirrors, wheelhouse)


@contextlib.contextmanager
def _whole_or_as_it_was(engine: Engine, tag: str) -> Iterator[None]:
    """The tag means what it meant before where the build does not come to its end.

    With containerd's store Docker names an image before it unpacks it, and may fill the disk with that (26.1).
    """
    before = _identity(engine, tag)
    try:
        yield
    except BaseException:
        if before is not None and _identity(engine, tag) not in (None, before):
            verb = ("tag", before, tag) if before else (*_REMOVE.get(engine.name, ("image", "rm")), tag)
            engines.run_quick([engine.client, *verb])
        raise


def _identity(engine: Engine, tag: str) -> str | None:
    """What the tag means now: empty for nothing, None where the engine does not say."""
    words = ("inspect", "--type", "image", "--format", "{{.FromImageID}}") if engine.name == "buildah" else _INSPECT
    try:
        return engines.run_quick([engine.client, *words, tag]).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return None


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
        raise BuildFailed(tag, why(lines), log)


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
    parent = folders.cache() / "contexts"
    with _empty_folder(parent / f"{recipe.kind}-{recipe.platform.name}") as folder:
        files.fill(folder, recipe, wheelhouse)
        yield folder


@contextlib.contextmanager
def _empty_folder(usual: Path) -> Iterator[Path]:
    """The usual one, or another while a build elsewhere uses that; afterwards it is empty again.

    From a folder that it knows BuildKit takes only what has changed, and a wheelhouse holds hundreds of megabytes.
    """
    usual.mkdir(parents=True, exist_ok=True)
    held = os.open(usual, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held by another build, or by a file system that has no locks
        with tempfile.TemporaryDirectory(dir=usual.parent) as other:
            yield Path(other)
        return
    else:
        _clear(usual)  # of a build that was killed
        try:
            yield usual
        finally:
            _clear(usual)
    finally:
        os.close(held)


def _clear(folder: Path) -> None:
    for one in folder.iterdir():
        shutil.rmtree(one) if one.is_dir() else one.unlink()
