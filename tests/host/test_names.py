"""The names that a certificate is made for: this machine's own, IPv4 first, and nobody is asked."""

from __future__ import annotations

import socket
from types import SimpleNamespace

import psutil
import pytest

from yoloport.host import names

LINKS = {
    "lo": [(socket.AF_INET, "127.0.0.1")],
    "eth0": [(socket.AF_INET6, "2001:db8::7"), (socket.AF_INET, "192.0.2.7"), (socket.AF_INET6, "fe80::1%eth0"),
             (socket.AF_PACKET, "00:11:22:33:44:55")],
    "eth1": [(socket.AF_INET, "198.51.100.7")],
    "docker0": [(socket.AF_INET, "172.17.0.1")],
    "wlan0": [(socket.AF_INET, "203.0.113.7"), (socket.AF_INET, "169.254.3.3")],
}  # fmt: skip


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    stats = {name: SimpleNamespace(isup=name != "eth1") for name in LINKS}
    addresses = {
        name: [SimpleNamespace(family=family, address=address) for family, address in entries]
        for name, entries in LINKS.items()
    }
    monkeypatch.setattr(psutil, "net_if_stats", lambda: stats)
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: addresses)
    monkeypatch.setattr(socket, "gethostname", lambda: "line2")


def test_addresses_come_before_the_host_name_and_ipv4_before_ipv6():
    assert names.reachable_as() == ("192.0.2.7", "203.0.113.7", "2001:db8::7", "line2")


def test_a_machine_without_network_still_has_its_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(psutil, "net_if_stats", lambda: {"lo": SimpleNamespace(isup=True)})
    assert names.reachable_as() == ("line2",)
