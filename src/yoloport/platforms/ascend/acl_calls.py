"""pyACL's functions, with their return codes as problems, and what was taken given back in the opposite order."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from yoloport.errors import Problem
from yoloport.platforms.toml_file import read
from yoloport.runtime.engine_problems import EngineFailed, EngineRefused

FOLDER = Path(__file__).parent
ENGINE = "pyacl"
OF_THE_MODEL = (100, 145, 500, 545)
"""Thousands of the codes that speak of the file where loading it fails; 107, 207 and 507 speak of the card."""
MEMORY = {200000, 207001, 207018}


class Acl:
    """The module ``acl``. A function returns its code alone, or a tuple that ends with it (hiascend.com, pyACL API).

    Args:
        binding: the module.
        path: of the model, for the words.
    """

    def __init__(self, binding: Any, path: str) -> None:
        self.binding, self._path = binding, path
        self._taken: list[tuple[str, tuple[Any, ...]]] = []

    def call(self, name: str, *arguments: Any, fine: tuple[int, ...] = (0,)) -> Any:
        """What a function returns before its code; ``None`` where that is nothing.

        Args:
            name: within ``acl``, ``rt.malloc`` for example.
            arguments: of it.
            fine: codes that are no failure.

        Raises:
            EngineFailed: it returned another code.
            EngineRefused: it did so because of the model.
        """
        answer = self.value(name, *arguments)
        values = answer if isinstance(answer, tuple) else (answer,)
        if values[-1] not in fine:
            raise self._problem(name, int(values[-1]))
        return values[0] if len(values) > 1 else None

    def pointer(self, name: str, *arguments: Any) -> int:
        """What a function makes that returns no code; 0 or nothing is its failure."""
        made = self.value(name, *arguments)
        if not made:
            raise EngineFailed(ENGINE, f"acl.{name}", str(made), "no memory on the host", "free some memory")
        return int(made)

    def value(self, name: str, *arguments: Any) -> Any:
        """What a function returns, whatever it is."""
        function = self.binding
        for part in name.split("."):
            function = getattr(function, part)
        return function(*arguments)

    def later(self, name: str, *arguments: Any) -> None:
        """Notes what gives something back that was just taken."""
        self._taken.append((name, arguments))

    def current(self) -> int:
        """The context of this thread, 0 where it has none."""
        context, code = self.value("rt.get_context")
        return int(context) if code == 0 else 0

    def back_to(self, context: int) -> None:
        """The context that this thread had before, if any; its owner will be told if it is gone."""
        if context:
            self.value("rt.set_context", context)

    @contextlib.contextmanager
    def inside(self, context: int) -> Iterator[None]:
        """In a context, and afterwards in the one before.

        Raises:
            EngineFailed: it cannot be set.
        """
        before = self.current()
        self.call("rt.set_context", context)
        try:
            yield
        finally:
            if before != context:
                self.back_to(before)

    def release(self, context: int = 0) -> list[Problem]:
        """Gives everything back, the last first, whatever fails; returns what failed.

        Args:
            context: to be set first, where this may be another thread than the one that took.
        """
        failed: list[Problem] = []
        before = self.current()
        if context:
            try:
                self.call("rt.set_context", context)
            except Problem as problem:
                failed.append(problem)
        while self._taken:
            name, arguments = self._taken.pop()
            try:
                self.call(name, *arguments)
            except Problem as problem:
                failed.append(problem)
        if context and before != context:
            self.back_to(before)
        return failed

    def _problem(self, name: str, code: int) -> Problem:
        own = read(FOLDER / "session_codes.toml").get(str(code), {})
        known = isinstance(own, dict) and bool(own)
        why = f"{own['meaning']} ({own['name']})" if known else _of_any_program(code)
        said = self._said()
        why = "; ".join(part for part in (why, said) if part)
        if (known and own.get("model")) or (name.startswith("mdl.load") and code // 1000 in OF_THE_MODEL):
            remedy = "convert it for this chip with the CANN that is installed here; look at the size of the file"
            return EngineRefused(self._path, ENGINE, f"acl.{name}", str(code), why, remedy)
        remedy = "free memory of the card: npu-smi info shows who has it" if code in MEMORY else ""
        return EngineFailed(ENGINE, f"acl.{name}", str(code), why, *([remedy] if remedy else []))

    def _said(self) -> str:
        """The first line of CANN's own words, where this release has any."""
        ask: Callable[[], Any] | None = getattr(self.binding, "get_recent_err_msg", None)
        # Only words for a problem that is told anyway: what goes wrong while asking must not hide it.
        with contextlib.suppress(Exception):
            lines = [line.strip() for line in str(ask() or "").splitlines() if line.strip()] if ask else []
            return lines[0][:200] if lines else ""
        return ""


_MESSAGE = "ascend-acl"


def _of_any_program(code: int) -> str:
    """What the platform's catalogue of messages says of a code."""
    for message in read(FOLDER / "messages.toml").get("message", []):
        if message.get("id") == _MESSAGE:
            return str(message["numbers"].get(str(code), {}).get("en", ""))
    return ""
