"""The image without torch: a converted model, an engine that runs it, and as little of a system as both need."""

from __future__ import annotations

from pathlib import Path

from yoloport.environment import plan
from yoloport.errors import Exit, Problem
from yoloport.platforms.schema import Base, Platform

LOCK = plan.LOCK.with_name("runtime.lock")
SYSTEM = (
    "base-files",
    "busybox-static",
    "libblas3",
    "libbz2-1.0",
    "libc6",
    "libcrypt1",
    "libexpat1",
    "libffi8",
    "libgcc-s1",
    "libgfortran5",
    "liblapack3",
    "liblzma5",
    "libssl3",
    "libstdc++6",
    "libuuid1",
    "zlib1g",
)
"""Packages of Debian 12 whose libraries Python, numpy, OpenCV and ONNX Runtime load (readelf, 2026-11-24)."""
SYSTEM_AMD64 = ("libquadmath0",)
"""What libgfortran5 needs on amd64 alone."""
SYSTEM_ALL = ("media-types", "netbase")
"""The same: packages that are one for every architecture."""
WHEEL_TAGS = ("manylinux_2_34", "manylinux_2_31", "manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014")
"""Wheels that Debian 12's libc (2.36) can load (packaging.python.org, platform tags); pip takes no others."""


class NoRuntimeImage(Problem):
    """The platform has no image without torch."""

    exit = Exit.NO_IMAGE

    def __init__(self, platform: str, there: tuple[str, ...], base: str) -> None:
        self.platform, self.there = platform, there
        other = platform in there
        cause = f"it is unpacked from Debian's packages, and {base} is none of Debian" if other else ""
        super().__init__(
            f"there is no runtime image for {platform!r}: {cause or 'there is one for: ' + ', '.join(there)}",
            "leave --os away" if other else f"build its workspace: yoloport image build {platform}",
            "docs/en/images.md",
        )


def has_image(platform: Platform, base: Base) -> bool:
    """Whether the lock's engine computes on this platform, and the base is the Debian that the packages are of."""
    return platform.kind == "processor" and base.os == "debian" and platform.image.python == "3.11"


def packages(python: str) -> tuple[str, ...]:
    """Debian's packages for this Python, besides those that are one for every architecture."""
    return (*SYSTEM, f"libpython{python}-minimal", f"libpython{python}-stdlib", f"python{python}-minimal")


def site(python: str) -> Path:
    """Where Debian's Python looks for what is not the distribution's."""
    return Path(f"/usr/local/lib/python{python}/dist-packages")


def image_name(platform: str) -> str:
    """The tag that ``yoloport image build PLATFORM --kind runtime`` gives."""
    return f"yoloport/runtime:{platform}"
