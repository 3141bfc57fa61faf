"""Where this project touches Ultralytics: each name that is wrapped, and what is lost when upstream moves it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

ULTRALYTICS_TESTED = "8.4.190"
Adapt = Callable[[ModuleType], None]


class MovedUpstream(RuntimeWarning):
    """A newer Ultralytics no longer has a name that is adapted here."""


@dataclass(frozen=True)
class Seam:
    """One module of upstream's that is adapted.

    Args:
        module: its full name.
        names: what is wrapped in it, dots between a class and its attribute.
        adapt: wraps them; called once, right after the module was executed.
        purpose: what is lost where a name is gone, for the warning.
    """

    module: str
    names: tuple[str, ...]
    adapt: Adapt
    purpose: str


def missing(module: ModuleType, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of ``names`` that the module does not have."""
    return tuple(name for name in names if not _has(module, name))


def _has(thing: object, name: str) -> bool:
    for part in name.split("."):
        if not hasattr(thing, part):
            return False
        thing = getattr(thing, part)
    return True


def fit(seam: Seam, module: ModuleType) -> None:
    """Adapt, all of the seam or nothing; say loudly which name moved. Upstream itself goes on as it was made."""
    gone = missing(module, seam.names)
    if gone:
        _say(seam, f"no longer has {', '.join(gone)}")
        return
    try:
        seam.adapt(module)
    except (AttributeError, KeyError) as error:
        _say(seam, f"has changed ({error})")


def _say(seam: Seam, what: str) -> None:
    warnings.warn(
        f"yoloport: {seam.module} {what}. Lost: {seam.purpose}. What yoloport adapts elsewhere goes on working. "
        f"Installed: Ultralytics {_installed()}; last version tested: {ULTRALYTICS_TESTED}",
        MovedUpstream,
        stacklevel=3,
    )


def _installed() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("ultralytics")
    except PackageNotFoundError:
        return "of unknown version"


def seams() -> Iterator[Seam]:
    """All of them. Importing the adapters loads neither torch nor Ultralytics."""
    from yoloport.inside import checkpoints, show
    from yoloport.inside.adapt import amp_check, assigner, devices, model, timing, trainer, validator

    yield Seam("ultralytics.utils.plotting", ("Annotator.show",), show.adapt, "pictures shown in notebooks")
    yield Seam(
        "ultralytics.utils.callbacks.base",
        ("default_callbacks", "get_default_callbacks"),
        checkpoints.adapt,
        "stopping a training after a checkpoint",
    )
    for one in (devices, timing, amp_check, assigner, trainer, validator, model):
        yield Seam(one.MODULE, one.NAMES, one.adapt, one.PURPOSE)
