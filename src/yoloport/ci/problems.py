"""What can be wrong with a pipeline that is asked for."""

from __future__ import annotations

from pathlib import Path

from yoloport.errors import Exit, Problem

_SEE = "docs/en/ci.md"


class BadRegistry(Problem):
    """The registry's name would not be one, or would mean something else in a shell."""

    exit = Exit.USAGE

    def __init__(self, registry: str, why: str) -> None:
        super().__init__(
            f"--registry {registry!r} {why}",
            "name the host and the folder in it, such as: --registry registry.example.com/ai",
            _SEE,
        )
        self.registry = registry


class PipelineExists(Problem):
    """A file is where the pipeline would be written."""

    exit = Exit.USAGE

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"{file} exists; nothing was written", "name another with --output, or replace it: --force", _SEE
        )
        self.file = file


class OneFileForSeveral(Problem):
    """Several pipelines, and one file to write them to."""

    exit = Exit.USAGE

    def __init__(self, file: Path, platforms: tuple[str, ...]) -> None:
        super().__init__(
            f"{file} is a file, and there are {len(platforms)} pipelines: {', '.join(platforms)}",
            "name one platform, or a folder: --output DIR/",
            _SEE,
        )
        self.file, self.platforms = file, platforms


class CannotWritePipeline(Problem):
    """The file for the pipeline cannot be written."""

    exit = Exit.USAGE

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"{file} cannot be written: {why}", "name another: --output FILE", _SEE)
        self.file = file
