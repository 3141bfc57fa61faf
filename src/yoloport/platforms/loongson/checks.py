"""Checks of Loongson machines: wheels, and which of the two worlds the system is."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.questions import paths, version, wants

NAME = "loongson"
ARCHITECTURE = "loongarch64"
NEW_LOADER = "/lib64/ld-linux-loongarch-lp64d.so.1"
OLD_LOADER = "/lib64/ld.so.1"


def no_wheels(case: Case) -> Iterator[Found]:
    """The public index has no wheels of torch for this processor."""
    if wants(case, NAME) and case.host.architecture == ARCHITECTURE and not case.around.package("torch"):
        yield Found()


def old_world(case: Case) -> Iterator[Found]:
    """Systems of the first ABI, whose programs do not run on those of the second; the C library tells by 2.36."""
    if case.host.architecture != ARCHITECTURE:
        return
    libc = version(case.host.libc)
    by_loader = bool(paths(case, OLD_LOADER)) and not paths(case, NEW_LOADER)
    if by_loader or (libc and libc < (2, 36) and not paths(case, NEW_LOADER)):
        yield Found({"libc": case.host.libc or "?", "kernel": case.around.kernel or "?"})


CHECKS: dict[str, Look] = {"loongson-no-wheels": no_wheels, "loongson-old-world": old_world}
