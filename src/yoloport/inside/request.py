"""What a user means by ``device=``, on a machine with an accelerator. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yoloport.errors import Exit, Problem

USUAL = "cuda"
"""The word that examples and users' code have for "the accelerator"."""
ELSEWHERE = ("cpu", "mps", "tpu", "intel", "vulkan")
"""Ultralytics' words for devices that are not this accelerator (8.4.190, utils/torch_utils.py:281)."""


@dataclass(frozen=True)
class Cards:
    """The cards that torch sees, in its own numbers, which count from 0 after any visibility variable.

    Args:
        type: torch's name of the device.
        count: how many.
        current: the one that this process uses unless told.
        free: free bytes of each, for ``-1``; empty where the plug-in does not tell.
    """

    type: str
    count: int
    current: int = 0
    free: tuple[int, ...] = ()


class NoSuchCard(Problem, ValueError):
    """A card that is not there, or a request that names none. A ``ValueError``, as Ultralytics raises."""

    exit = Exit.NO_DEVICE

    def __init__(self, request: str, cards: Cards) -> None:
        self.request, self.cards = request, cards
        last = cards.count - 1
        span = "device=0" if last == 0 else f"a number from 0 to {last}, or several as device='0,{last}'"
        cause = f"device={request!r} names no card: torch sees {cards.count} of type {cards.type!r}"
        super().__init__(
            cause, f"Use {span}. 'yoloport doctor' tells which cards are hidden.", "docs/en/accelerator.md"
        )


class OneCard(Problem, ValueError):
    """Several cards where a model can lie on one only."""

    exit = Exit.USAGE

    def __init__(self, request: str) -> None:
        self.request = request
        super().__init__(
            f"{request!r} names several cards, and a model lies on one",
            "Move it to one; for several, say device= in train().",
            "docs/en/accelerator.md",
        )


def says_processor(request: object) -> bool:
    """Whether the user asked for the processor in so many words."""
    return str(request).strip().lower().startswith("cpu")


def meant(request: object, cards: Cards) -> tuple[int, ...] | None:
    """The cards that a request means; none of them (``None``) where it means another device.

    Args:
        request: anything that Ultralytics takes: ``None``, ``0``, ``"0,1"``, ``[0, 1]``, ``-1`` for the card with most
            free memory, ``"cuda:1"``, a ``torch.device``, or the accelerator's own name; sequences and arrays of such.

    Raises:
        NoSuchCard: a number that is not there, one twice, or a word that is no number.
    """
    text = _plain(request)
    if text.startswith(ELSEWHERE):
        return None
    parts = [part for part in text.split(",") if part not in {"", USUAL, cards.type}]
    if not parts:
        return (cards.current,)
    if len(parts) == 1 and _ANOTHER.fullmatch(parts[0]) and parts[0].split(":")[0] not in {USUAL, cards.type}:
        return None  # another device type: upstream answers for it
    found = [_PART.fullmatch(part) for part in parts]
    if not all(one and (one["type"] or USUAL) in {USUAL, cards.type} for one in found):
        raise NoSuchCard(str(request), cards)
    return _there([one["number"] for one in found if one], str(request), cards)


_PART = re.compile(r"(?:(?P<type>[a-z]+):)?(?P<number>-?[0-9]+)")
_ANOTHER = re.compile(r"[a-z]+(:[0-9]+)?")


def _plain(request: object) -> str:
    """The request as a text of parts with commas between them."""
    if isinstance(request, bool):
        return repr(request)  # no number, whatever Python counts it as
    if hasattr(request, "tolist"):
        request = request.tolist()  # an array's, or one of its numbers
    if isinstance(request, (list, tuple)):
        return ",".join(map(_plain, request))
    text = "" if request is None else str(request).lower()
    return re.sub(r"none|[()\[\]'\"\s]", "", text)


def _there(wanted: list[str], request: str, cards: Cards) -> tuple[int, ...]:
    named = [int(number) for number in wanted if number != "-1"]
    idle = iter(sorted(set(range(cards.count)) - set(named), key=lambda i: -_free(cards, i)))
    try:
        chosen = [next(idle) if number == "-1" else int(number) for number in wanted]
    except (StopIteration, ValueError):
        raise NoSuchCard(request, cards) from None
    if len(set(chosen)) != len(chosen) or not all(0 <= number < cards.count for number in chosen):
        raise NoSuchCard(request, cards)
    return tuple(chosen)


def _free(cards: Cards, index: int) -> int:
    return cards.free[index] if index < len(cards.free) else 0


def canonical(kind: str, chosen: tuple[int, ...]) -> str:
    """The cards as Ultralytics writes them: ``npu:0`` or ``npu:0,1`` for that type."""
    return f"{kind}:" + ",".join(map(str, chosen))
