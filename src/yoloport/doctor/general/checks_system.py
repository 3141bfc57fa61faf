"""The system under it all: kernel, control groups, clock, locale, processor."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look

YEARS = range(2025, 2041)
OLD_KERNEL = (5, 5)


def control_groups_old(case: Case) -> Iterator[Found]:
    """Version 1 under a rootless engine, which cannot set limits there."""
    rootless = next((engine for engine in case.around.engines if engine.rootless and not engine.fault), None)
    if case.around.cgroup == 1 and rootless:
        yield Found({"engine": rootless.name})


def clock_wrong(case: Case) -> Iterator[Found]:
    """A clock before this program was written, or far ahead: certificates are not valid then."""
    if case.around.year and case.around.year not in YEARS:
        yield Found({"year": case.around.year})


def locale_not_utf8(case: Case) -> Iterator[Found]:
    """Names of files in Chinese cannot be written in the locale's encoding."""
    encoding = case.around.locale
    if encoding and "utf" not in encoding.lower() and not case.around.container:
        yield Found({"encoding": encoding})


def kernel_old(case: Case) -> Iterator[Found]:
    """Kernels of which the training libraries warn; Arm servers are often shipped with 4.19."""
    found = re.match(r"(\d+)\.(\d+)", case.around.kernel)
    if found and case.host.architecture == "aarch64" and (int(found[1]), int(found[2])) < OLD_KERNEL:
        yield Found({"kernel": case.around.kernel})


def processor_without_avx2(case: Case) -> Iterator[Found]:
    """An x86 processor whose vector units torch's fast code does not run on."""
    features = case.host.cpu.features
    if case.host.architecture == "x86_64" and features and "avx2" not in features:
        yield Found({"processor": case.host.processor})


CHECKS: dict[str, Look] = {
    "control-groups-old": control_groups_old,
    "clock-wrong": clock_wrong,
    "locale-not-utf8": locale_not_utf8,
    "kernel-old": kernel_old,
    "processor-without-avx2": processor_without_avx2,
}
