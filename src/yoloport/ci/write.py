"""Write pipelines to files, none over another by accident."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from yoloport.ci.problems import CannotWritePipeline, OneFileForSeveral, PipelineExists


def places(files: dict[str, str], output: Path, folder: bool) -> dict[str, Path]:
    """Where each platform's pipeline goes.

    Args:
        files: by platform, where its service looks for it.
        output: a file for one pipeline; a folder, whose files bear the last part of those names.
        folder: whether the user wrote ``output`` as a folder; one that exists is taken as one anyway.

    Raises:
        OneFileForSeveral: several pipelines and one file.
    """
    if folder or output.is_dir() or (len(files) > 1 and not output.exists()):
        return {platform: output / PurePosixPath(name).name for platform, name in files.items()}
    if len(files) > 1:
        raise OneFileForSeveral(output, tuple(files))
    return dict.fromkeys(files, output)


def write(texts: dict[Path, str], force: bool) -> None:
    """Write all; nothing where one of them is there already and ``force`` is not said.

    Raises:
        PipelineExists: a file is there.
        CannotWritePipeline: the system refuses.
    """
    for file in texts:
        if os.path.lexists(file) and not force:
            raise PipelineExists(file)
    for file, text in texts.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            _one(file, text, force)
        except FileExistsError as error:
            raise PipelineExists(file) from error
        except OSError as error:
            raise CannotWritePipeline(file, error.strerror or str(error)) from error


def _one(file: Path, text: str, force: bool) -> None:
    """All of the text under the name, or what was there before."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        if not force and os.path.lexists(file):
            raise FileExistsError(file)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
