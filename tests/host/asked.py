"""A machine of a few files and answers, as a test names them."""

from __future__ import annotations

from typing import Any

from yoloport.host.recorded import Recorded, Recording


def of(files: dict[str, str] | None = None, answers: dict[tuple[str, ...], str] | None = None, **more: Any) -> Recorded:
    """A recorded machine; ``more`` are further keys of a recording."""
    commands = [{"argv": argv, "text": text} for argv, text in (answers or {}).items()]
    told = {"format": 1, "values": {"architecture": "aarch64"}, "files": files or {}, "command": commands, **more}
    return Recorded(Recording.model_validate(told))
