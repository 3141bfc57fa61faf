"""A taken port is told with its owner and the next free one."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import psutil
import pytest

from yoloport.errors import Exit
from yoloport.host import ports
from yoloport.host.ports import BadPort, PortTaken


@pytest.fixture
def listening() -> Iterator[int]:
    """A port on loopback where this process listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_that_somebody_listens_on_is_taken_and_a_closed_one_is_free_again():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert ports.is_free(port) is False
    assert ports.is_free(port) is True


def test_a_listener_on_every_address_takes_loopback_too():
    with socket.create_server(("0.0.0.0", 0)) as server:
        assert ports.is_free(server.getsockname()[1], "127.0.0.1") is False


def test_a_listener_on_loopback_stands_in_the_way_of_every_address(listening: int):
    assert ports.is_free(listening, "0.0.0.0") is False


def test_the_owner_is_named_with_its_pid(listening: int):
    assert ports.owner(listening) == f"{psutil.Process().name()} (pid {os.getpid()})"


def test_a_port_that_nobody_has_belongs_to_nobody():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert ports.owner(port) == ""


def test_an_owner_that_may_not_be_seen_is_nobody(listening: int, monkeypatch: pytest.MonkeyPatch):
    def refuse(kind: str) -> object:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "net_connections", refuse)
    assert ports.owner(listening) == ""


def test_a_taken_port_names_this_very_process_and_a_port_that_is_free(listening: int):
    with pytest.raises(PortTaken) as caught:
        ports.require(listening, "127.0.0.1", "--ssh-port")
    problem = caught.value
    assert problem.exit is Exit.PORT_TAKEN
    assert f"port {listening} is taken by" in problem.cause and f"(pid {os.getpid()})" in problem.cause
    assert problem.free is not None and problem.free > listening and ports.is_free(problem.free)
    assert f"--ssh-port {problem.free}" in problem.remedy


def test_a_free_port_is_handed_back():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert ports.require(port, "127.0.0.1", "--port") == port


@pytest.mark.parametrize("port", [0, -1, 65536, 70000])
def test_a_number_that_is_no_port_is_a_usage_error(port: int):
    with pytest.raises(BadPort, match="from 1 to 65535") as caught:
        ports.require(port, "127.0.0.1", "--port")
    assert caught.value.exit is Exit.USAGE


def test_a_reserved_port_is_refused_with_the_range_that_works(monkeypatch: pytest.MonkeyPatch):
    def refuse(self: socket.socket, address: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(BadPort, match=r"port 80 .* reserved for root") as caught:
        ports.require(80, "127.0.0.1", "--port")
    assert "1024 to 65535" in caught.value.remedy


def test_the_search_for_a_free_port_ends_at_the_last_port_and_after_a_hundred(monkeypatch: pytest.MonkeyPatch):
    tried: list[int] = []
    monkeypatch.setattr(ports, "is_free", lambda port, address: bool(tried.append(port)))
    assert ports.next_free(65530) is None and tried == [65531, 65532, 65533, 65534, 65535]
    tried.clear()
    assert ports.next_free(8888) is None and tried == list(range(8889, 8989))
