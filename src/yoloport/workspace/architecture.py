"""Whether this machine can run an image: made for its processor, or for another that an emulator stands in for."""

from __future__ import annotations

from pathlib import Path

from yoloport.errors import Exit, Problem
from yoloport.host import engine as engines
from yoloport.host.engine import MACHINES, Engine, Run

BINFMT = Path("/proc/sys/fs/binfmt_misc")


class ImageOfAnotherArchitecture(Problem):
    """The image is for another processor, and nothing here emulates that."""

    exit = Exit.NO_PLATFORM

    def __init__(self, image: str, made_for: str, here: str) -> None:
        self.image, self.made_for, self.here = image, made_for, here
        super().__init__(
            f"{image} is for {made_for}, this machine is {here}, and no emulator for it is registered",
            "build it for this machine (yoloport image build), or leave the engine away: --engine local",
            "docs/en/images.md",
        )


def note(engine: Engine, image: str, here: str, run: Run = engines.run_quick, binfmt: Path = BINFMT) -> str:
    """What the user has to know before the image starts; empty where it is for this machine.

    Args:
        engine: that has the image.
        image: its reference.
        here: what ``uname -m`` says on this machine; empty where that is not known.
        binfmt: where the kernel lists the programs that run other processors' (docs.kernel.org, binfmt-misc).

    Raises:
        ImageOfAnotherArchitecture: it cannot run here.
    """
    told = run([engine.client, "image", "inspect", "--format", "{{.Architecture}}", image]).stdout.strip()
    made_for = MACHINES.get(told, told)
    if not told or not here or made_for == here:
        return ""
    if not _emulated(made_for, binfmt):
        raise ImageOfAnotherArchitecture(image, made_for, here)
    return f"{image} is for {made_for}, this machine is {here}: an emulator runs it, many times slower"


def _emulated(machine: str, binfmt: Path) -> bool:
    """Whether a program for it is registered, under whatever name."""
    for entry in binfmt.glob("*") if binfmt.is_dir() else ():
        try:
            text = entry.read_text(encoding="utf-8", errors="replace")
        except OSError:  # `register` can only be written
            continue
        if text.startswith("enabled") and f"qemu-{machine}" in text:
            return True
    return False
