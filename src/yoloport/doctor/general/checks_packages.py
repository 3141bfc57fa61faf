"""Python distributions that overwrite each other, or do not fit the machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.general import requirements
from yoloport.doctor.general.there import accelerators, environments, known, listed, normal, usable, working_engine
from yoloport.doctor.questions import python_of
from yoloport.platforms.schema import Row

OPENCV = ("opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless")
# Distributions whose names begin so, and which stand beside a build of the runtime, not in place of it.
BESIDE_RUNTIME = frozenset(("onnxruntime-extensions", "onnxruntime-genai", "onnxruntime-tools"))


def two_opencv(case: Case) -> Iterator[Found]:
    """All four builds install the same folder ``cv2``."""
    for place, found in environments(case).items():
        builds = [name for name in OPENCV if name in found]
        if len(builds) > 1:
            values = {"place": place, "builds": tuple(builds), "names": listed(builds), "keep": _kept(builds)}
            yield Found({**values, "python": python_of(place)})


def _kept(builds: list[str]) -> str:
    """On a server the build without windows; with the extra modules where one of them has those."""
    return "opencv-contrib-python-headless" if any("contrib" in name for name in builds) else "opencv-python-headless"


def several_onnxruntime(case: Case) -> Iterator[Found]:
    """All builds install the same folder ``onnxruntime``: the last one wins, and its providers are all there are."""
    for place, found in environments(case).items():
        builds = _runtimes(found)
        if len(builds) > 1:
            keep = next((name for name in builds if name != "onnxruntime"), builds[0])
            values = {
                "place": place,
                "builds": tuple(builds),
                "names": listed(builds),
                "keep": keep,
                "version": found[keep].version,
            }
            yield Found({**values, "python": python_of(place)})


def onnxruntime_without_card(case: Case) -> Iterator[Found]:
    """The plain build, where the card that is here has one of its own: sessions run on the processor, silently."""
    platform = case.wanted
    if platform is None or not usable(platform, case.host):
        return
    own = {normal(name) for name in platform.watch.packages if normal(name).startswith("onnxruntime-")} - BESIDE_RUNTIME
    for place, found in environments(case).items():
        if own and "onnxruntime" in found and not own & set(found):
            values = {"place": place, "own": sorted(own)[0], "platform": platform.name, "python": python_of(place)}
            yield Found(values)


def _runtimes(found: Iterable[str]) -> list[str]:
    return sorted(name for name in found if re.fullmatch(r"onnxruntime(-.+)?", name) and name not in BESIDE_RUNTIME)


def numpy_not_as_required(case: Case) -> Iterator[Found]:
    """A numpy outside of what a package beside torch asks for; most often 2 where something was built for 1."""
    for place, found in environments(case).items():
        numpy = found.get("numpy")
        if numpy is None or "torch" not in found:
            continue
        for package in found.values():
            wanted = requirements.unmet(package.requires, "numpy", numpy.version)
            if wanted:
                values = {"numpy": numpy.version, "package": package.name, "version": package.version}
                yield Found(
                    {
                        **values,
                        "wanted": wanted,
                        "requirement": f"numpy{wanted}",
                        "place": place,
                        "python": python_of(place),
                    }
                )


def libc_too_old(case: Case) -> Iterator[Found]:
    """The wheels of every row need a newer C library than the machine has; an image brings its own."""
    if case.wanted is None or not case.host.libc:
        return
    rows = [
        row for row in case.wanted.rows if case.host.architecture in row.architectures and row.decision != "refused"
    ]
    needed = [libc for row in rows for libc in known((row.libc,))]
    if rows and len(needed) == len(rows) and all(_numbers(libc) > _numbers(case.host.libc) for libc in needed):
        values = {"libc": case.host.libc, "needed": min(needed, key=_numbers), "platform": case.wanted.name}
        engine = working_engine(case)
        yield Found(
            {**values, "distribution": case.host.distribution, "engine": engine.name if engine else ""},
            "note" if engine else None,
            "engine" if engine else "",
        )


def python_without_row(case: Case) -> Iterator[Found]:
    """An environment whose Python no row of the platform is for: the plug-in cannot be installed there."""
    platform = case.wanted
    if platform is None or platform.kind != "accelerator" or not usable(platform, case.host):
        return
    rows = [row for row in platform.rows if case.host.architecture in row.architectures and row.decision != "refused"]
    reaching = {normal(p.torch.plugin) for p in accelerators(case) if p.torch.plugin}
    labels = known(platform.torch.local)
    for place, found in environments(case).items():
        python = re.search(r"/python(3\.\d+)/", place)
        torch = found.get("torch")
        # With the plug-in, or with the vendor's own torch, the versions are judged as a whole (versions-refused).
        if (
            not rows
            or python is None
            or torch is None
            or reaching & set(found)
            or torch.local.startswith(labels or ("\0",))
        ):
            continue
        if not any(_for_python(row, python[1]) for row in rows):
            spans = sorted({f"{row.python[0]} to {row.python[1]}" for row in rows})
            values = {"place": place, "version": python[1], "platform": platform.name}
            yield Found({**values, "spans": listed(spans)})


def _for_python(row: Row, python: str) -> bool:
    return _numbers(row.python[0]) <= _numbers(python) <= _numbers(row.python[1])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


CHECKS: dict[str, Look] = {
    "two-opencv": two_opencv,
    "several-onnxruntime": several_onnxruntime,
    "onnxruntime-without-card": onnxruntime_without_card,
    "numpy-not-as-required": numpy_not_as_required,
    "libc-too-old": libc_too_old,
    "python-without-row": python_without_row,
}
