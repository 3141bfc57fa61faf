"""What it means when memory ends: one problem, in whose words ever it was told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from yoloport.errors import Exit, Problem

WORDS = re.compile(r"bad_alloc|bad allocation|allocate memory|out of memory|insufficient memory|memory exhausted", re.I)
"""Of C++, ONNX Runtime, torch and its devices, OpenCV and OpenCL."""
NO_THREAD = "can't start new thread"


class OutOfMemory(Problem):
    """The process, or the card, has no memory left.

    Attributes:
        doing: what it was needed for.
        said: what the library said, its first line.
    """

    exit = Exit.OUT_OF_MEMORY

    def __init__(self, doing: str, said: str) -> None:
        self.doing, self.said = doing, said
        super().__init__(
            f"no memory is left to {doing}" + (f" ({said})" if said else ""),
            "give the process more (docker run --memory, ulimit -v), or take a smaller model, or pictures one by one",
            "docs/en/runtime.md",
        )


@contextmanager
def told(doing: str) -> Iterator[None]:
    """Turn a library's way to say that memory has ended into the problem.

    Args:
        doing: in words, after "no memory is left to".

    Raises:
        OutOfMemory: memory ended in the block.
    """
    try:
        yield
    except Problem:
        raise
    except Exception as error:
        text = str(error)
        if isinstance(error, MemoryError) or text == NO_THREAD or WORDS.search(text):
            raise OutOfMemory(doing, next(iter(text.splitlines()), "")[:200]) from None
        raise
