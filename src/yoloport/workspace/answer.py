"""Ask a workspace's server itself whether it answers, with its token."""

from __future__ import annotations

import json
import socket
from pathlib import Path

from yoloport.workspace.register import Record


def address(record: Record, token: str) -> str:
    """What to open in a browser on this machine."""
    scheme = "https" if record.expose else "http"
    return f"{scheme}://127.0.0.1:{record.port}/lab?token={token}"


def token(record: Record) -> str:
    """The workspace's token, or empty where it has none yet."""
    try:
        return record.token_file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def answers(record: Record, seconds: float = 3.0) -> bool:
    """Whether the server accepts the token: the page a user will open, not merely an open port."""
    secret = token(record)
    if not secret:
        return False
    try:
        status, body = _get(record, "/api/status", secret, seconds)
        told = json.loads(body) if status == 200 else None
        return isinstance(told, dict) and "kernels" in told
    except (OSError, ValueError):
        return False


def logins_answer(record: Record, seconds: float = 3.0) -> bool:
    """Whether sshd greets, where this workspace has one."""
    if not record.ssh_port:
        return True
    try:
        with socket.create_connection(("127.0.0.1", record.ssh_port), seconds) as connection:
            return connection.recv(8) == b"SSH-2.0-"
    except OSError:
        return False


def certificate(record: Record) -> Path:
    """The certificate that an exposed workspace serves."""
    return record.state / "tls" / "tls.crt"


def _get(record: Record, path: str, secret: str, seconds: float) -> tuple[int, bytes]:
    """One request over a plain socket: importing http.client costs ``yoloport status`` a fifth of its time."""
    request = f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{record.port}\r\nAuthorization: token {secret}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", record.port), seconds) as plain:
        connection = _secured(plain, record) if record.expose else plain
        connection.sendall(request.encode("ascii"))
        reply = bytearray()
        while len(reply) < 100_000 and (part := connection.recv(65536)):
            reply += part
    head, _, body = bytes(reply).partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]) if head.count(b" ") > 1 else 0, body


def _secured(plain: socket.socket, record: Record) -> socket.socket:
    """Only the workspace's own certificate is trusted; it may be for the host's public names only."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(certificate(record))
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a user's own certificate may come without its authority
    return context.wrap_socket(plain)
