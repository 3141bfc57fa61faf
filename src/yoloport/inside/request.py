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


def meant(request: object, cards: Cards) -> tuple[int, ...] | None:
    """The cards that a request means; none of them (``None``) where it means another device.

    Args:
        request: anything that Ultralytics takes: ``None``, ``0``, ``"0,1"``, ``[0, 1]``, ``-1`` for the card with most
            free memory, ``"cuda:1"``, a ``torch.device``, or the accelerator's own name.

    Raises:
        NoSuchCard: a number that is not there, one twice, or a word that is no number.
    """
    text = _plain(request)
    if text.startswith(ELSEWHERE):
        return None
    names = {part.split(":")[0] for part in text.split(",")} - {""}
    words = {name for name in names if not name.lstrip("-").isdigit()}
    if words - {USUAL, cards.type}:
        if len(words) == 1 and re.fullmatch(r"[a-z]+", next(iter(words))):
            return None  # another device type: upstream answers for it
        raise NoSuchCard(str(request), cards)
    numbers = [part.split(":")[-1] for part in text.split(",")]
    wanted = [number for number in numbers if number and number not in {USUAL, cards.type}]
    if not wanted:
        return (cards.current,)
    return _there(wanted, str(request), cards)


def _plain(request: object) -> str:
    text = "" if request is None else str(request).lower()
    return re.sub(r"none|[()\[\]'\"\s]", "", text)


def _there(wanted: list[str], request: str, cards: Cards) -> tuple[int, ...]:
    named = [int(number) for number in wanted if number.isdigit()]
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
