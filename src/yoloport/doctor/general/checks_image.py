"""The image that was asked about: for this platform, for this architecture, and here at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.general.there import accelerators, known, working_engine
from yoloport.host.engine import MACHINES
from yoloport.host.facts import Answer
from yoloport.platforms.schema import Platform


def image_for_another_platform(case: Case) -> Iterator[Found]:
    """The image's name speaks of another platform than the one that is wanted."""
    if case.wanted is None or not case.image or case.wanted.kind == "processor":
        return
    own = _words(case.image, case.wanted)
    for platform in accelerators(case):
        words = [w for w in _words(case.image, platform) if w not in own and w != case.wanted.torch.device]
        if platform.name != case.wanted.name and words:
            true = _true_image(case.wanted)
            variant = "impossible" if own else ""
            values = {"image": case.image, "word": words[0], "platform": case.wanted.name, "true": true}
            yield Found(
                {**values, "other": platform.name}, variant=variant if true else f"{variant}-unknown".strip("-")
            )
            return


def _words(image: str, platform: Platform) -> list[str]:
    """Names of the platform that stand in the image's name as words of their own, numbers left aside."""
    names = (platform.name, *platform.also_named)
    return [n for n in names if re.search(rf"(?<![a-z]){re.escape(n.lower())}(?![a-z])", image.lower())]


def _true_image(platform: Platform) -> str:
    """The base of the platform's own image; where that has no source, the first that others made."""
    return next(iter(known((platform.image.base, *(base.ref for base in platform.base)))), "")


def image_of_another_architecture(case: Case) -> Iterator[Found]:
    """The image is here, and was built for another kind of processor."""
    answer = _inspected(case)
    if answer is None or not answer.ok:
        return
    built = _architecture(answer.text)
    if built and case.host.architecture and MACHINES.get(built, built) != case.host.architecture:
        values = {
            "image": case.image,
            "built": built,
            "here": case.host.architecture,
            "engine": answer.argv[0],
        }
        wanted = next((short for short, name in MACHINES.items() if name == case.host.architecture), "")
        yield Found({**values, "wanted": wanted or case.host.architecture})


def image_not_here(case: Case) -> Iterator[Found]:
    """The engine answered that it has no such image."""
    answer = _inspected(case)
    engine = working_engine(case)
    if answer is None or engine is None or answer.ok or answer.fault:
        return
    if re.search(r"no such (image|object)|image not known|not found", answer.text, re.IGNORECASE):
        yield Found({"image": case.image, "engine": answer.argv[0]})


def _inspected(case: Case) -> Answer | None:
    """What an engine says of the image: the first that has it, else the first that was asked."""
    if not case.image:
        return None
    told = [
        a for engine in case.around.engines if (a := case.around.answer(engine.name, "image", "inspect", case.image))
    ]
    return next((answer for answer in told if answer.ok), told[0] if told else None)


def _architecture(text: str) -> str:
    try:
        told = json.loads(text)
        first = told[0] if isinstance(told, list) and told else told
        return str(first.get("Architecture") or "") if isinstance(first, dict) else ""
    except ValueError:
        return ""


CHECKS: dict[str, Look] = {
    "image-for-another-platform": image_for_another_platform,
    "image-of-another-architecture": image_of_another_architecture,
    "image-not-here": image_not_here,
}
