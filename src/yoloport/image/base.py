"""Which image a platform's own image starts from, and which names cannot be for it."""

from __future__ import annotations

import re

from yoloport.errors import Exit, Problem
from yoloport.image.system import FAMILIES
from yoloport.platforms.schema import UNSOURCED, Base, Platform

BUILT_ON = tuple(FAMILIES)
"""Systems that the template knows how to install packages on."""


class NoBase(Problem):
    """No image that could be built on is known for what was asked."""

    exit = Exit.NO_IMAGE

    def __init__(self, platform: str, asked: str, there: tuple[str, ...]) -> None:
        self.platform, self.asked, self.there = platform, asked, there
        have = f"; there is: {', '.join(there)}" if there else ""
        remedy = (
            "take one of them (--chip, --os), or build on one of your own that is like them: image build --base REF"
        )
        if not there:
            remedy = "run the workspace as processes of your user: yoloport up --engine local"
        super().__init__(f"no image of {platform!r} can be built{asked}{have}", remedy, "docs/en/images.md")


class NoSuchChip(Problem):
    """A chip that the catalogue does not have for the platform."""

    exit = Exit.USAGE

    def __init__(self, platform: str, chip: str, known: tuple[str, ...]) -> None:
        self.platform, self.chip, self.known = platform, chip, known
        names = f"use one of: {', '.join(known)}" if known else "leave --chip away"
        super().__init__(f"platform {platform!r} has no chip {chip!r}", names, "docs/en/images.md")


class CannotExist(Problem):
    """A tag that names another vendor's software."""

    exit = Exit.USAGE

    def __init__(self, reference: str, word: str, platform: str, true: str) -> None:
        self.reference, self.word, self.platform, self.true = reference, word, platform, true
        super().__init__(
            f"{reference!r} cannot be an image for {platform!r}: {word!r} is software for other cards",
            f"The image that exists is {true}",
            "docs/en/images.md",
        )


def base(platform: Platform, chip: str = "", system: str = "") -> Base:
    """The catalogue's base for a platform, for one of its chips, made of one system.

    Args:
        platform: with its ``[[base]]``, the usual one first.
        chip: name, board or name in the vendor's tool; any capitals. Empty for the usual base.
        system: ``debian``, ``ubuntu`` or ``openeuler``; empty for any.

    Raises:
        NoSuchChip: the platform has none of that name.
        NoBase: none is known, or none of that system.
    """
    named = _chip(platform, chip)
    usual = sorted(platform.base, key=lambda one: one.ref != platform.image.base)
    usable = [one for one in usual if one.os in BUILT_ON and (not named or not one.chips or named in one.chips)]
    found = [one for one in usable if not system or one.os == system]
    if not found:
        asked = (f" for {named}" if named else "") + (f" on {system}" if system else "")
        raise NoBase(platform.name, asked, tuple(one.ref for one in usable))
    return found[0]


def _chip(platform: Platform, asked: str) -> str:
    wanted = asked.lower().replace(" ", "")
    for chip in platform.chip:
        names = (chip.name, chip.name.split(" ")[0], chip.target, *chip.boards, *chip.tool_names)
        if wanted and wanted in {name.lower().replace(" ", "") for name in names if name != UNSOURCED}:
            return chip.name
    if asked:
        raise NoSuchChip(platform.name, asked, tuple(chip.name for chip in platform.chip))
    return ""


def require_possible(reference: str, platform: Platform, others: tuple[Platform, ...]) -> None:
    """Refuse a tag or a base that names the software of another platform's cards.

    Raises:
        CannotExist: it does, and the true image is named.
    """
    own = _software(platform)
    tag = reference.rpartition("/")[2].lower()
    for word in sorted({word for other in others for word in _software(other)} - own, key=len, reverse=True):
        if re.search(rf"(?<![a-z]){re.escape(word)}", tag):
            raise CannotExist(reference, word, platform.name, base(platform).ref)


def _software(platform: Platform) -> set[str]:
    """Words in names of images that mean this platform's software: its toolkit and its torch device."""
    names = {row.toolkit.split(" ")[0].lower() for row in platform.rows if row.toolkit not in ("", UNSOURCED)}
    device = platform.torch.device  # of three letters they are words of everyday use, such as npu
    return names | ({device} if len(device) > 3 else set())
