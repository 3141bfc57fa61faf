"""Checks of Rockchip boards: the runtime, and what it reads to know the board."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.questions import nodes, paths, python_of, together, variable, version, wants

NAME = "rockchip"
DRIVER = "/sys/kernel/debug/rknpu/version"
RUNTIME = ("/usr/lib/librknnrt.so", "/usr/lib/*/librknnrt.so", "/usr/lib64/librknnrt.so", "/usr/local/lib/librknnrt.so")
LITE, TOOLKIT = "rknn-toolkit-lite2", "rknn-toolkit2"


def device_tree(case: Case) -> Iterator[Found]:
    """The runtime reads the board's name from the device tree, which engines hide."""
    aware = wants(case, NAME) or bool(case.around.package(LITE))
    board = case.host.architecture == "aarch64" and nodes(case, "/dev/dri/renderD*")
    if case.around.container and aware and board and not case.host.compatible:
        yield Found()


def runtime_missing(case: Case) -> Iterator[Found]:
    """The library that runs artifacts."""
    looked = wants(case, NAME) and bool(case.host.compatible)
    if looked and not paths(case, *RUNTIME) and "librknnrt" not in variable(case, "LD_PRELOAD"):
        yield Found()


def driver_hidden(case: Case) -> Iterator[Found]:
    """The driver's version stands in a folder that only root may read."""
    ordinary = case.around.caller.uid != 0 and not case.around.container
    if wants(case, NAME) and ordinary and case.host.compatible and not case.around.texts.get(DRIVER):
        yield Found({"file": DRIVER})


def toolkit_pin(case: Case) -> Iterator[Found]:
    """Ultralytics converts with a range of toolkit releases."""
    for toolkit, ultralytics in together(case, TOOLKIT, "ultralytics"):
        number = version(toolkit.version)
        if number and not (2, 3, 2) <= number < (2, 5) and version(ultralytics.version) >= (8, 4):
            values = {"toolkit": toolkit.version, "ultralytics": ultralytics.version, "where": toolkit.environment}
            yield Found({**values, "python": python_of(toolkit.environment)})


def toolkit_and_lite(case: Case) -> Iterator[Found]:
    """An artifact of a newer toolkit may not load in an older runtime."""
    for toolkit, lite in together(case, TOOLKIT, LITE):
        if version(toolkit.version)[:2] != version(lite.version)[:2]:
            values = {"toolkit": toolkit.version, "lite": lite.version, "where": toolkit.environment}
            yield Found({**values, "python": python_of(toolkit.environment)})


CHECKS: dict[str, Look] = {
    "rockchip-device-tree": device_tree,
    "rockchip-runtime-missing": runtime_missing,
    "rockchip-driver-hidden": driver_hidden,
    "rockchip-toolkit-pin": toolkit_pin,
    "rockchip-toolkit-and-lite": toolkit_and_lite,
}
