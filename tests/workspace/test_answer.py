"""A workspace answers when its server accepts the token, and in no other case."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from yoloport.workspace import answer
from yoloport.workspace.register import Record

STATUS = b'{"started": "2026-11-23T00:00:00Z", "kernels": 0, "connections": 0}'


def reply(status: str, body: bytes) -> bytes:
    return f"HTTP/1.0 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def jupyter(request: bytes) -> bytes:
    """What a Jupyter server says to a token that is right or wrong."""
    if not request.startswith(b"GET /api/status "):
        return reply("404 Not Found", b"{}")
    if b"\r\nAuthorization: token right\r\n" not in request:
        return reply("403 Forbidden", b"{}")
    return reply("200 OK", STATUS)


@contextmanager
def served(speak: Callable[[bytes], bytes]) -> Iterator[int]:
    """A server in a thread that reads one request and sends what ``speak`` makes of it; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def loop() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(speak(connection.recv(65536)))

        threading.Thread(target=loop, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def test_the_right_token_is_an_answer(record: Record):
    with served(jupyter) as port:
        assert answer.answers(replace(record, port=port)) is True


def test_a_wrong_token_is_none(record: Record):
    record.token_file.write_text("wrong")
    with served(jupyter) as port:
        assert answer.answers(replace(record, port=port)) is False


def test_without_a_token_nobody_is_asked(record: Record):
    asked: list[bytes] = []
    record.token_file.unlink()
    with served(lambda request: asked.append(request) or b"") as port:
        assert answer.answers(replace(record, port=port)) is False
    assert asked == [] and answer.token(record) == ""


@pytest.mark.parametrize(
    "speech",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
        b"\xff\xfe\x00\x00" * 100,
        b"HTTP/1.0 two OK\r\n\r\n" + STATUS,
        reply("200 OK", b"<html>another server</html>"),
        reply("200 OK", b"{}"),
        reply("200 OK", b"[]"),
        reply("302 Found", STATUS),
        reply("500 Internal Server Error", STATUS),
        b"HTTP/1.0 200 OK\r\n\r\n" + STATUS[:30],
    ],
)
def test_whatever_else_speaks_on_the_port_is_not_the_workspace(record: Record, speech: bytes):
    with served(lambda request: speech) as port:
        assert answer.answers(replace(record, port=port)) is False


@pytest.mark.parametrize("body", [b"5", b"null", b"true"])
def test_json_that_is_no_object_is_not_the_workspace(record: Record, body: bytes):
    with served(lambda request: reply("200 OK", body)) as port:
        assert answer.answers(replace(record, port=port)) is False


def test_a_closed_port_is_no_answer(record: Record):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert answer.answers(replace(record, port=port)) is False


def test_a_server_that_says_nothing_is_given_up_after_the_bound(record: Record):
    release = threading.Event()
    with served(lambda request: str(release.wait(5)).encode()) as port:
        began = time.monotonic()
        assert answer.answers(replace(record, port=port), seconds=0.2) is False
        assert time.monotonic() - began < 2
        release.set()


def test_a_token_file_of_garbage_is_no_token(record: Record):
    record.token_file.write_bytes(b"\xff\xfe")
    assert answer.token(record) == ""


def test_the_address_is_what_a_browser_opens(record: Record):
    assert answer.address(record, "abc") == "http://127.0.0.1:9/lab?token=abc"
    assert answer.address(replace(record, expose=True), "abc") == "https://127.0.0.1:9/lab?token=abc"


def test_an_exposed_workspace_without_its_certificate_is_no_answer(record: Record):
    with served(jupyter) as port:
        assert answer.answers(replace(record, port=port, expose=True)) is False
