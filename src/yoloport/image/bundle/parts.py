"""Bytes through a packing program into one file, or into several of a limited size, summed while they are written."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from yoloport.image.bundle.contents import Compression, Part
from yoloport.image.bundle.problems import BadSize, NoCompressor
from yoloport.image.bundle.saved import CHUNK

PACKERS: dict[Compression, tuple[str, ...]] = {
    # The runtime image of 284 MB: 103 MB at -3, 98 at -5 in 1.6 times the time, 92 at -12 in 7 times (2026-11-28).
    "zstd": ("zstd", "-q", "-5", "-T0", "-c"),
    "gzip": ("gzip", "-n", "-6", "-c"),
}
_MOST_PARTS = 1000


def size_of(text: str) -> int:
    """Bytes of ``4G``, ``700M``, ``4GiB``; G and M are powers of ten, so that 4G fits where 2^32 - 1 is the most.

    Raises:
        BadSize: not a size, or below a megabyte.
    """
    units = {"M": 10**6, "G": 10**9, "MB": 10**6, "GB": 10**9, "MiB": 2**20, "GiB": 2**30}
    number = text.rstrip("MGiB")
    if not (number.isascii() and number.isdigit()) or text[len(number) :] not in units:
        raise BadSize(text, "this is not a size")
    size = int(number) * units[text[len(number) :]]
    if size < 10**6:
        raise BadSize(text, "a part has at least 1M")
    return size


def require_packer(compression: Compression) -> None:
    """The program that packs is there.

    Raises:
        NoCompressor: it is not.
    """
    if not shutil.which(PACKERS[compression][0]):
        raise NoCompressor(PACKERS[compression][0])


@contextmanager
def packer(program: tuple[str, ...], out: Parts) -> Iterator[IO[bytes]]:
    """What is written goes through the program into ``out``; without one it goes there as it is."""
    if not program:
        yield out  # type: ignore[misc]
        return
    process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin and process.stdout  # noqa: S101  pipes were asked for
    faults: list[OSError] = []
    pump = threading.Thread(target=_pump, args=(process.stdout, out, faults))
    pump.start()
    try:
        with contextlib.suppress(BrokenPipeError):  # the pump has the reason
            yield process.stdin
    finally:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        pump.join()
        process.wait()
    if faults:
        raise faults[0]
    if process.returncode:
        raise OSError(f"{program[0]} ended with {process.returncode}")


def _pump(source: IO[bytes], out: Parts, faults: list[OSError]) -> None:
    try:
        while chunk := source.read(CHUNK):
            out.write(chunk)
    except OSError as error:
        faults.append(error)
        source.close()


@dataclass
class Parts:
    """A file, or several of at most ``most`` bytes each, summed while they are written."""

    folder: Path
    name: str
    most: int
    parts: list[Part] = field(default_factory=list)
    written: int = 0
    _file: IO[bytes] | None = None
    _in_file: int = 0

    def __enter__(self) -> Parts:
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def write(self, chunk: bytes) -> None:
        """Write, and go on in the next file where this one is full."""
        while chunk:
            if self.most and self._in_file == self.most:
                self._close()
                self._open()
            piece = chunk[: self.most - self._in_file] if self.most else chunk
            assert self._file  # noqa: S101  open between enter and exit
            self._file.write(piece)
            self._sum.update(piece)
            self._in_file += len(piece)
            self.written += len(piece)
            chunk = chunk[len(piece) :]

    def _open(self) -> None:
        if len(self.parts) == _MOST_PARTS:
            raise BadSize(str(self.most), f"this makes more than {_MOST_PARTS} parts")
        name = f"{self.name}.{len(self.parts):03}" if self.most else self.name
        self._file = (self.folder / name).open("wb")
        self._in_file, self._sum, self._name = 0, hashlib.sha256(), name

    def _close(self) -> None:
        if self._file:
            self._file.close()
            self.parts.append(Part(name=self._name, bytes=self._in_file, sha256=self._sum.hexdigest()))
            self._file = None
