"""What the tests' cameras have in common, whatever they speak: a plan, and pictures that tell their number."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Sequence

import numpy as np

FPS, STEP = 25, 3


class Camera:
    """Each connection gets what stands next in the plan; after the last one, it is refused.

    Args:
        plan: for each connection how many frames come, and seconds of silence before it is closed; ``None`` refuses it.
        server: answers on a port of this machine, in threads.
        scheme: of the address.
    """

    def __init__(self, plan: Sequence[tuple[int, float] | None], server: socketserver.TCPServer, scheme: str) -> None:
        self.connections = self.silences_over = 0
        self.leaving = threading.Event()
        self._left, self._server, self._scheme = list(plan), server, scheme
        self._thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)

    def connected(self) -> tuple[int, float] | None:
        """One more connection: what it gets."""
        self.connections += 1
        return self._left.pop(0) if self._left else None

    def play(self, send: Callable[[int, np.ndarray], None], frames: int, silence: float) -> None:
        """Frames at 25 a second, each darker than the one before; then silence."""
        try:
            for number in range(frames):
                send(number, np.full((48, 64, 3), 250 - number * STEP % 250, np.uint8))
                self.leaving.wait(1 / FPS)
            self.leaving.wait(silence)
            self.silences_over += silence > 0
        except OSError:  # the reader gave up
            return

    @property
    def address(self) -> str:
        """Where it is, with a password that must not be shown."""
        return f"{self._scheme}://me:secret@127.0.0.1:{self._server.server_address[1]}/live"

    def __enter__(self) -> Camera:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.leaving.set()
        self._server.shutdown()
        self._server.server_close()
