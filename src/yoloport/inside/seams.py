"""Where this project touches Ultralytics: each name that is wrapped, and what is lost when upstream moves it."""

from __future__ import annotations

import importlib
import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

from yoloport.errors import Exit, Problem

ULTRALYTICS_TESTED = "8.4.190"
Adapt = Callable[[ModuleType], None]


class MovedUpstream(RuntimeWarning):
    """A newer Ultralytics no longer has a name that is adapted here."""


class CannotGuard(Problem):
    """This Ultralytics chooses its device in a way that is not known here, and the processor must not be it."""

    exit = Exit.NO_DEVICE

    def __init__(self, what: str) -> None:
        self.what = what
        remedy = f"Install ultralytics=={ULTRALYTICS_TESTED}, or set YOLOPORT_REQUIRE=off."
        super().__init__(f"YOLOPORT_REQUIRE=accelerator cannot be kept: {what}", remedy, "docs/en/accelerator.md")


@dataclass(frozen=True)
class Seam:
    """One module of upstream's that is adapted.

    Args:
        module: its full name.
        names: what is wrapped in it, dots between a class and its attribute.
        adapt: wraps them; called once, right after the module was executed.
        purpose: what is lost where a name is gone, for the warning.
        guards: whether the guard stands here: without it, ``YOLOPORT_REQUIRE=accelerator`` could not be kept.
    """

    module: str
    names: tuple[str, ...]
    adapt: Adapt
    purpose: str
    guards: bool = False


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
    versions = f"Installed: Ultralytics {_installed()}; last version tested: {ULTRALYTICS_TESTED}"
    if seam.guards:
        from yoloport.inside.requirement.wish import wish

        if wish(os.environ) == "accelerator":
            raise CannotGuard(f"{seam.module} {what}. {versions}")
    rest = "What yoloport adapts elsewhere goes on working."
    warnings.warn(f"yoloport: {seam.module} {what}. Lost: {seam.purpose}. {rest} {versions}", MovedUpstream, 3)


def _installed() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("ultralytics")
    except PackageNotFoundError:
        return "of unknown version"


ADAPTERS: Mapping[str, tuple[str, ...]] = {
    "ultralytics.utils.plotting": ("show",),
    "ultralytics.utils.callbacks.base": ("checkpoints", "proof.callbacks"),
    "ultralytics.utils.torch_utils": ("adapt.devices",),
    "ultralytics.utils.ops": ("adapt.timing",),
    "ultralytics.utils.checks": ("adapt.amp_check",),
    "ultralytics.utils.tal": ("adapt.assigner",),
    "ultralytics.engine.trainer": ("adapt.trainer", "saving"),
    "ultralytics.engine.validator": ("adapt.validator", "proof.ends_validation"),
    "ultralytics.engine.predictor": ("proof.ends_prediction",),
    "ultralytics.nn.autobackend": ("adapt.backend",),
    "ultralytics.engine.model": ("adapt.model",),
}
"""What is adapted, and by which modules of this package; they are imported with upstream's, so torch starts fast."""


def of(module: str) -> tuple[Seam, ...]:
    """The seams of one of upstream's modules."""
    adapters = [importlib.import_module(f"yoloport.inside.{name}") for name in ADAPTERS[module]]
    return tuple(Seam(module, one.NAMES, one.adapt, one.PURPOSE, getattr(one, "GUARDS", False)) for one in adapters)
