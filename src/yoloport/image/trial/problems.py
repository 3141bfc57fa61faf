"""What keeps an image from being tested or stamped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from yoloport.errors import Exit, Problem

SEE = "docs/en/images.md"


class NoImageToTest(Problem):
    """The engine does not have the image that is to be tested."""

    exit = Exit.NO_IMAGE

    def __init__(self, engine: str, reference: str) -> None:
        self.engine, self.reference = engine, reference
        super().__init__(
            f"{engine} has no image {reference}",
            f"build it: yoloport image build PLATFORM; or fetch it: {engine} pull {reference}",
            SEE,
        )


class NotOurs(Problem):
    """An image that does not say what it is for, as those built here do."""

    exit = Exit.NO_IMAGE

    def __init__(self, reference: str, why: str) -> None:
        self.reference = reference
        super().__init__(
            f"{reference} was not built by yoloport: {why}", "build it: yoloport image build PLATFORM", SEE
        )


class WillNotStart(Problem):
    """The engine refuses to make or start a container of the image."""

    exit = Exit.ENGINE

    def __init__(self, reference: str, words: str) -> None:
        self.reference = reference
        super().__init__(f"no container of {reference} can be started: {words}", _remedy(words), SEE)


def _remedy(words: str) -> str:
    if "exec format error" in words or "no matching manifest" in words:
        return (
            "install an emulator for its architecture: apt-get install qemu-user-static; or test it on such a machine"
        )
    return "see the words of the engine; then again"


class NotPassed(Problem):
    """Labels and tags are for images that passed."""

    exit = Exit.CHECK_FAILED

    def __init__(self, reference: str, failed: Sequence[str]) -> None:
        self.reference, self.failed = reference, tuple(failed)
        super().__init__(
            f"{reference} was not stamped: {', '.join(failed)} did not pass",
            "mend what the checks say, build again, then stamp",
            SEE,
        )


class CannotStamp(Problem):
    """The engine did not put labels or tags on the image."""

    exit = Exit.ENGINE

    def __init__(self, reference: str, words: str) -> None:
        self.reference = reference
        super().__init__(f"{reference} could not be stamped: {words}", "see the words of the engine; then again", SEE)


class CannotKeep(Problem):
    """What was found cannot be written to the folder."""

    exit = Exit.DATA_FOLDER

    def __init__(self, folder: Path, why: str) -> None:
        self.folder = folder
        super().__init__(f"{folder}: cannot be written: {why}", "choose another folder with --out DIR", SEE)


class UnknownCheck(Problem):
    """A name given to --skip that no check has."""

    exit = Exit.USAGE

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name, self.known = name, tuple(known)
        super().__init__(f"there is no check {name!r}", f"use one of: {', '.join(known)}", SEE)
