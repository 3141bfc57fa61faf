"""A camera that speaks HTTP: one JPEG after the other, as mjpg-streamer sends them (multipart/x-mixed-replace)."""

from __future__ import annotations

from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import cv2
import numpy as np

from runtime.sources.camera import Camera


class HttpCamera(Camera):
    """See :class:`Camera`; it refuses with an error of the server."""

    def __init__(self, plan: Sequence[tuple[int, float] | None]) -> None:
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                part = camera.connected()
                if part is None:
                    self.send_error(503)
                    return
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                camera.play(self.send, *part)

            def send(self, number: int, picture: np.ndarray) -> None:
                data = cv2.imencode(".jpg", picture)[1].tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
                self.wfile.write(head.encode() + data + b"\r\n")
                self.wfile.flush()

            def log_message(self, *words: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        super().__init__(plan, server, "http")
