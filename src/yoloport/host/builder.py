"""What builds images: the engines, and buildah, which has no daemon and starts nothing."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence

from yoloport.host import engine as engines
from yoloport.host.engine import Engine, EngineProblem, NotThisEngine, Run

NAMES = (*engines.NAMES, "buildah")
_OLDEST = {"docker": (20, 10), "podman": (4, 0), "buildah": (1, 24)}
"""The first that knows `RUN --mount=type=cache` without a frontend from a registry.

Sources: Docker 20.10 release notes (BuildKit's mounts without the experimental syntax line); buildah CHANGELOG 1.24.0
(2022-01-26, "add support for mount=type=cache"), which podman 4.0 carries. Read 2026-11-28.
"""


class TooOldToBuild(EngineProblem):
    """The engine does not know what the Dockerfiles are written with."""

    def __init__(self, engine: Engine, oldest: str) -> None:
        self.oldest = oldest
        others = " or ".join(name for name in NAMES if name != engine.name)
        super().__init__(
            engine.name,
            f"{engine.name} {engine.version} cannot build this: cache mounts and secrets came with {oldest}",
            f"install {engine.name} {oldest} or newer, or build with --engine {others}; or build it on another "
            "machine and bring it here: yoloport image bundle",
        )


class NoBuilder(EngineProblem):
    """Nothing on this machine builds images."""

    def __init__(self, problems: Sequence[EngineProblem]) -> None:
        causes = "; ".join(problem.cause for problem in problems)
        super().__init__(
            "auto", f"nothing here builds images: {causes}", "install docker with docker-buildx, or podman"
        )


def find_any(asked: str) -> Engine:
    """The builder of this name; with ``auto`` the first that answers.

    Raises:
        NotThisEngine: none has this name.
        EngineProblem: the one asked for does not answer, or is too old.
        NoBuilder: the same of all of them.
    """
    if asked != "auto":
        return _find(asked)
    problems = []
    for name in NAMES:
        try:
            return _find(name)
        except EngineProblem as problem:
            problems.append(problem)
    raise NoBuilder(problems)


def _find(name: str) -> Engine:
    if name not in NAMES:
        raise NotThisEngine(name, NAMES)
    return _new_enough(buildah() if name == "buildah" else engines.find(name))


def buildah(run: Run = engines.run_quick) -> Engine:
    """Ask buildah.

    Raises:
        EngineProblem: no client, or no understandable answer.
    """
    program = engines.client_of("buildah")
    if not program:
        raise EngineProblem("buildah", "buildah is not installed", "install buildah, or build with docker or podman")
    try:
        info, version = (run([program, *words]) for words in (("info",), ("version", "--json")))
        host = json.loads(info.stdout)["host"]
        return Engine("buildah", program, json.loads(version.stdout)["version"], frozenset(), bool(host["rootless"]))
    except (OSError, subprocess.TimeoutExpired, ValueError, TypeError, KeyError) as error:
        words = f"{type(error).__name__}: {error}"
        raise EngineProblem("buildah", f"buildah does not answer as expected: {words}", "see buildah info") from error


def _new_enough(engine: Engine) -> Engine:
    found, oldest = re.match(r"(\d+)\.(\d+)", engine.version), _OLDEST[engine.name]
    if found and tuple(map(int, found.groups())) < oldest:
        raise TooOldToBuild(engine, ".".join(map(str, oldest)))
    return engine
