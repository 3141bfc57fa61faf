"""The image's health check asks the real server."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator

import pytest

from yoloport.supervise import health


@pytest.fixture
def server() -> Iterator[http.server.HTTPServer]:
    """Answers ``/api`` with ``status``, and everything else with 404."""

    class Handler(http.server.BaseHTTPRequestHandler):
        status = 200

        def do_GET(self) -> None:
            self.send_response(self.status if self.path == "/api" else 404)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            """Quiet."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.shutdown()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (403, 1), (500, 1)])
def test_healthy_is_a_server_that_answers_with_its_version(server, status: int, code: int, monkeypatch):
    server.RequestHandlerClass.status = status
    monkeypatch.setenv("YOLOPORT_PORT", str(server.server_port))
    assert health.check() == code


def test_a_closed_port_is_unhealthy_and_says_why(monkeypatch: pytest.MonkeyPatch, capsys):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("YOLOPORT_PORT", str(port))
    assert health.check() == 1 and "refused" in capsys.readouterr().out


def test_plain_http_is_unhealthy_where_tls_was_promised(server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("YOLOPORT_PORT", str(server.server_port))
    monkeypatch.setenv("YOLOPORT_TLS", "localhost")
    assert health.check() == 1
