"""From the last words of an engine's build to what helps."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from pathlib import Path

from yoloport.errors import Exit, Problem

_TOO_OLD = (
    "unknown flag", "unknown instruction", "requires buildkit", "unknown option", "buildx component is missing",
    'failed to parse platform : ""', "dockerfile parse error", "unknown shorthand flag",
)  # fmt: skip
_NOT_PULLED = (
    "failed to resolve", "pull access denied", "failed to do request", "manifest unknown", "no match for platform",
    "unable to pull", "initializing source", "toomanyrequests", "failed to authorize",
)  # fmt: skip
_NO_INDEX = (
    "NewConnectionError", "Temporary failure in name resolution", "Max retries exceeded", "NameResolutionError",
    "connection broken by", "ConnectTimeoutError", "No route to host", "Network is unreachable",
)  # fmt: skip
"""What pip says about an index that it cannot reach; afterwards it says that a package has no version."""
_LONG = 400
_SUMMARIES = ("did not complete successfully", "while running runtime: exit status")
_NO_WHEEL = re.compile(r"No matching distribution found for ([\w.+=<>!~-]+)")


class BuildFailed(Problem):
    """The engine could not build the image."""

    exit = Exit.ENGINE

    def __init__(
        self, image: str, last: str, log: Path, mirrors: Sequence[str] = (), wheelhouse: Path | None = None
    ) -> None:
        super().__init__(
            f"building {image} failed: {last}",
            f"{hint(last, mirrors, wheelhouse)}; the whole output is in {log}",
            "docs/en/images.md",
        )
        self.image, self.log = image, log


def why(lines: Sequence[str]) -> str:
    """The line of an engine's output that says what went wrong, without the engine's step number and clock.

    The line of the program that failed comes before the engine's own summary of the step, which repeats the command.
    """
    told = [re.sub(r"^(#\d+ )?(\d+\.\d+ )?", "", line) for line in lines if line]
    for sign in ("yoloport: ", "o space left", "No matching distribution found", "E: ", "ERROR: "):
        found = [_short(line) for line in told if sign in line and not _summary(line)]
        if found and sign.startswith("No matching"):
            found += [line for line in told if any(word in line for word in _NO_INDEX)][:1]
        if found:
            return found[-1]
    own = list(itertools.takewhile(lambda line: not _summary(line), told)) or told
    errors = [line for line in own if "error" in line.lower() and not line.startswith('time="')]
    return _short((errors or own or ["the engine said nothing"])[-1])


def _summary(line: str) -> bool:
    return any(words in line for words in _SUMMARIES)


def _short(line: str) -> str:
    """Without the step's own text, which Buildah repeats; of a long line beginning and end, where the reason is."""
    line = re.sub(r"(for step) \{.*\}(?=: )", r"\1", line)
    return line if len(line) <= _LONG else f"{line[:100]} … {line[100 - _LONG :]}"


def hint(last: str, mirrors: Sequence[str] = (), wheelhouse: Path | None = None) -> str:
    """What to do about it.

    Args:
        last: the line that says why.
        mirrors: registries that serve what the platform's base is in.
        wheelhouse: the folder of wheels that the build had.
    """
    low = last.lower()
    missing = _NO_WHEEL.search(last)
    if any(sign in low for sign in _TOO_OLD):
        return "this engine is too old or has no BuildKit (Debian: docker-buildx); or name another with YOLOPORT_DOCKER"
    if "no space left" in low:
        return "free some room (docker system df)"
    if any(sign in last for sign in _NO_INDEX):
        return f"no build here reaches the package index: {_where_to_put(None)}"
    if missing:
        return f"no wheel of {missing[1]} for this image's Python and machine: {_where_to_put(wheelhouse)}"
    if any(sign in low for sign in _NOT_PULLED):
        from_mirror = f", or pull it from a mirror ({', '.join(mirrors)})" if mirrors else ""
        return f"the base image cannot be pulled from here: name one that the engine has (--base REF){from_mirror}"
    return "correct what it says and build again: what is done is cached"


def _where_to_put(wheelhouse: Path | None) -> str:
    if wheelhouse:
        return f"put one into {wheelhouse}"
    return "name another index (--mirror) or a folder that has one (--wheelhouse)"
