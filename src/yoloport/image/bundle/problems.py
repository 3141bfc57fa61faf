"""What can go wrong while a bundle is made."""

from __future__ import annotations

from pathlib import Path

from yoloport.errors import Exit, Problem

SEE = "docs/en/bundle.md"


class NoImageToBundle(Problem):
    """The engine does not have the image."""

    exit = Exit.NO_IMAGE

    def __init__(self, engine: str, image: str, platform: str) -> None:
        super().__init__(
            f"{engine} has no image {image}",
            f"build it: yoloport image build {platform}; or name another: --image REF",
            SEE,
        )
        self.image = image


class WrongImage(Problem):
    """The image was made for another platform, or for a processor that the platform does not exist on."""

    exit = Exit.NO_PLATFORM

    def __init__(self, image: str, why: str) -> None:
        super().__init__(f"{image} cannot be bundled: {why}", "name the image of this platform: --image REF", SEE)
        self.image = image


class FolderNotEmpty(Problem):
    """The bundle's folder holds something."""

    exit = Exit.DATA_FOLDER

    def __init__(self, folder: Path, why: str = "is not empty") -> None:
        super().__init__(f"{folder} {why}", "name a folder that does not exist yet: -o DIR", SEE)
        self.folder = folder


class BundleDiskFull(Problem):
    """No room for the bundle and for the image that is unpacked on the way."""

    exit = Exit.DISK_FULL

    def __init__(self, folder: Path, need: int, free: int) -> None:
        super().__init__(
            f"the disk of {folder} has {free // 1_000_000} MB free; the bundle needs {need // 1_000_000} MB there",
            "free some room, or name a folder on a bigger disk: -o DIR",
            SEE,
        )
        self.folder, self.need, self.free = folder, need, free


class NotABundle(Problem):
    """What was named as the earlier bundle cannot serve as one."""

    exit = Exit.USAGE

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            f"{folder} cannot be built on: {why}", "name the folder of an earlier whole bundle: --diff DIR", SEE
        )
        self.folder = folder


class BadModel(Problem):
    """A file of weights is missing, or is not what its name says."""

    exit = Exit.BAD_WEIGHTS

    def __init__(self, file: str, why: str) -> None:
        super().__init__(f"{file}: {why}", "name a .pt or .onnx file: --models FILE; nothing is downloaded", SEE)
        self.file = file


class BadSbom(Problem):
    """The list of parts is not CycloneDX in JSON."""

    exit = Exit.USAGE

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"{file}: {why}", "name a CycloneDX file in JSON: --sbom FILE", SEE)
        self.file = file


class NoDocuments(Problem):
    """This installation has no documents beside it."""

    exit = Exit.USAGE

    def __init__(self) -> None:
        super().__init__(
            "the documents are not in this installation", "run it from a checkout, or leave --docs away", SEE
        )


class BrokenSave(Problem):
    """What the engine handed out is cut off, or does not hold the image that it says."""

    exit = Exit.ENGINE

    def __init__(self, image: str, why: str) -> None:
        super().__init__(
            f"the engine's archive of {image} is broken: {why}", "run it again; then rebuild the image", SEE
        )
        self.image, self.why = image, why


class NoCompressor(Problem):
    """The program that packs is not installed."""

    exit = Exit.USAGE

    def __init__(self, program: str) -> None:
        super().__init__(f"{program} is not installed", "apt-get install zstd, or: --compress gzip", SEE)
        self.program = program


class BadSize(Problem):
    """``--split`` is a size."""

    exit = Exit.USAGE

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"--split {text!r}: {why}", "such as: --split 4G (fits on FAT) or --split 700M", SEE)
