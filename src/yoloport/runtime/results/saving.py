"""Annotated pictures and videos, written as the results come."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

import cv2

from yoloport.runtime.results.results import CannotSave, Results

FPS = 25.0  # where neither the container nor the camera says
PLAIN = ("jpg", "jpeg", "png", "bmp", "webp", "tif", "tiff")


class Album:
    """A folder of what was found, drawn into copies of what was looked at.

    Pictures keep their names. A video or stream becomes an MP4; leaving the ``with`` block, by an interrupt too, ends
    the file so that it plays. Two sources of one name get a number each, and no file of the source is written over.

    Args:
        folder: where to; made if it is not there.
        stride: of the frames; the video plays that much slower in frames a second, so that its time is right.
    """

    def __init__(self, folder: Path, stride: int = 1) -> None:
        self.folder, self._stride = folder, stride
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()
        self._writer: Any = None
        self._writing: tuple[str, tuple[int, ...]] | None = None
        self._file = Path()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotSave(folder, error.strerror or str(error)) from None

    def __enter__(self) -> Album:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def add(self, result: Results) -> Path:
        """Write one result; returns the file that it went into.

        Raises:
            CannotSave: the folder or the disk does not take it.
        """
        if result.frame is None:
            return Path(result.save(self._target(result.path, self._suffix(result.path))))
        picture = result.plot()
        shape = picture.shape[:2]
        if self._writing != (result.path, shape):  # another video, or a camera that changed its size
            self.close()
            part = result.path if not result.frame else f"{result.path} from {result.frame}"
            self._file = self._target(part, ".mp4")
            self._writer = self._opened(self._file, result.fps or FPS, shape)
            self._writing = (result.path, shape)
        self._writer.write(picture)
        return self._file

    def close(self) -> None:
        """End the video that is being written."""
        if self._writer is not None:
            self._writer.release()
        self._writer = self._writing = None

    def _opened(self, file: Path, fps: float, shape: tuple[int, ...]) -> Any:
        rate = max(fps / self._stride, 1.0)
        writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"mp4v"), rate, (shape[1], shape[0]))
        if not writer.isOpened():
            raise CannotSave(file, "cv2 opens no MP4 there: is the folder writable, and does this cv2 have FFmpeg?")
        return writer

    @staticmethod
    def _suffix(path: str) -> str:
        end = path.rpartition(".")[2].lower()
        return f".{end}" if end in PLAIN else ".jpg"

    def _target(self, path: str, suffix: str) -> Path:
        """A name of its own for what comes from ``path``."""
        if path not in self._names:
            stem = "".join(c if c not in '<>:"/\\|?*' else "_" for c in Path(path).name.rsplit(".", 1)[0]) or "picture"
            name, number = stem + suffix, 2
            while name in self._taken or (self.folder / name).absolute() == Path(path).absolute():
                name, number = f"{stem}-{number}{suffix}", number + 1
            self._taken.add(name)
            if len(self._names) > 100_000:  # streams have one name, folders many: forget rather than grow
                self._names.clear()
            self._names[path] = name
        return self.folder / self._names[path]
