"""An image without torch: one command, looked at from outside."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from yoloport.errors import Exit
from yoloport.image.trial.check import Failed
from yoloport.image.trial.container import LOCKED_DOWN, Container

if TYPE_CHECKING:
    from yoloport.image.trial.bench import Bench

CHECK = ("--entrypoint", "python3")
_WORDS = ("-m", "yoloport.runtime.check")


def says_how(bench: Bench) -> Mapping[str, object]:
    """Started with nothing, it says how it is used and ends well."""
    begin = time.monotonic()
    container = bench.start(*LOCKED_DOWN)
    code, said = container.ended(bench.patience), container.logs()
    if code != 0 or "yoloport predict" not in said:
        raise Failed(f"it ended with {code}: {said.strip()[-300:]}")
    return {"seconds": round(time.monotonic() - begin, 2)}


def predicts(bench: Bench) -> Mapping[str, object]:
    """Its engines, its picture decoders and its arithmetic give right numbers, locked down as it may be."""
    container = bench.start(*LOCKED_DOWN, *bench.of_anybody(), *bench.device, *CHECK, words=(*_WORDS, "--json"))
    code, said = container.ended(bench.patience), container.logs()
    try:
        told: dict[str, Any] = json.loads(said[said.index("{") :])
    except ValueError:
        raise Failed(f"it ended with {code}: {said.strip()[-300:]}") from None
    failed = [f"{one['id']}: {one['why']}" for one in told["checks"] if not one["passed"]]
    if failed or code:
        raise Failed("; ".join(failed) or f"it ended with {code}")
    return {"checks": {one["id"]: one["figures"] for one in told["checks"]}, "options": " ".join(LOCKED_DOWN)}


def stops(bench: Bench) -> Mapping[str, object]:
    """A stop in the middle of its work ends it by itself, without a kill."""
    words = (*_WORDS, "--repeat", "1000000000")
    container = bench.start("--network", "none", *CHECK, words=words)
    _until_busy(container, bench.patience)
    code = container.stop(30)
    if code != Exit.INTERRUPTED:
        raise Failed(f"it ended with {code} when it was asked to stop (137: killed)")
    return {"exit": code}


def _until_busy(container: Container, patience: float) -> None:
    begin = time.monotonic()
    while time.monotonic() - begin < patience:
        if "predicting" in container.logs():
            return
        if container.ended(0.5) is not None:
            break
    raise Failed(f"it did not begin its work: {container.logs().strip()[-300:]}")
