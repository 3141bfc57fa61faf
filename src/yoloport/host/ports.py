"""Who listens on a port, and which port is free."""

from __future__ import annotations

import socket

from yoloport.errors import Exit, Problem


class PortTaken(Problem):
    """Somebody listens there already."""

    exit = Exit.PORT_TAKEN

    def __init__(self, port: int, owner: str, free: int | None, option: str = "--port") -> None:
        by = f" by {owner}" if owner else ""
        remedy = f"use {option} {free}, or stop that process" if free else "stop that process"
        super().__init__(f"port {port} is taken{by}", remedy, "docs/en/workspace.md")
        self.port, self.owner, self.free = port, owner, free


class BadPort(Problem):
    """Not a port number, or one that this user may not open."""

    exit = Exit.USAGE

    def __init__(self, port: int, why: str) -> None:
        super().__init__(f"port {port} cannot be used: {why}", "use a port from 1024 to 65535", "docs/en/workspace.md")
        self.port = port


def is_free(port: int, address: str = "127.0.0.1") -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except PermissionError as error:
            raise BadPort(port, "ports below 1024 are reserved for root") from error
        except OSError:
            return False
    return True


def next_free(port: int, address: str = "127.0.0.1") -> int | None:
    """The first free port above ``port``, among the next hundred."""
    return next((p for p in range(port + 1, min(port + 101, 65536)) if is_free(p, address)), None)


def owner(port: int) -> str:
    """The process that listens on the port, as far as this user may see: ``jupyter-lab (pid 4711)``, else empty."""
    import psutil

    try:
        listening = [
            c
            for c in psutil.net_connections("tcp")
            if c.status == psutil.CONN_LISTEN and c.laddr and c.laddr.port == port
        ]
        pid = next((c.pid for c in listening if c.pid), None)
        return f"{psutil.Process(pid).name()} (pid {pid})" if pid else ""
    except psutil.Error:
        return ""


def require(port: int, address: str, option: str) -> int:
    """The port itself, if it can be listened on.

    Raises:
        PortTaken: names the process where it can, and the next free port.
        BadPort: out of range or reserved.
    """
    if not 1 <= port <= 65535:
        raise BadPort(port, "ports go from 1 to 65535")
    if not is_free(port, address):
        raise PortTaken(port, owner(port), next_free(port, address), option)
    return port
