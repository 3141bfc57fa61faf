"""A camera that speaks HTTP: one JPEG after the other, as mjpg-streamer sends them (multipart/x-mixed-replace)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import cv2
import numpy as np


class Camera:
    """Each connection gets what stands next in the plan; after the last one, an error.

    Args:
        plan: for each connection how many frames come, and seconds of silence before it is closed; ``None`` refuses it.
    """

    def __init__(self, plan: Sequence[tuple[int, float] | None]) -> None:
        self.connections = self.silences_over = 0
        self.leaving = threading.Event()
        camera, left = self, list(plan)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                camera.connections += 1
                part = left.pop(0) if left else None
                if part is None:
                    self.send_error(503)
                    return
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                camera.send(self, *part)

            def log_message(self, *words: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def send(self, handler: BaseHTTPRequestHandler, frames: int, silence: float) -> None:
        """Frames at 25 a second, each darker than the one before; then silence."""
        try:
            for number in range(frames):
                picture = np.full((48, 64, 3), 250 - number * 3 % 250, np.uint8)
                data = cv2.imencode(".jpg", picture)[1].tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
                handler.wfile.write(head.encode() + data + b"\r\n")
                handler.wfile.flush()
                self.leaving.wait(0.04)
            self.leaving.wait(silence)
            self.silences_over += silence > 0
        except OSError:  # the reader gave up
            return

    @property
    def address(self) -> str:
        """Where it is, with a password that must not be shown."""
        return f"http://me:secret@127.0.0.1:{self._server.server_port}/live"

    def __enter__(self) -> Camera:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.leaving.set()
        self._server.shutdown()
        self._server.server_close()
