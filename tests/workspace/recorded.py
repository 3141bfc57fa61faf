"""Requests and facts of recorded machines, as a plan takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from yoloport.host import machine
from yoloport.host.facts import Host
from yoloport.platforms.choose import Choice, choose
from yoloport.platforms.load import load_all, sought
from yoloport.workspace.plan import Request, User

MACHINES = Path(__file__).parents[1] / "machines"
USER = User(1001, 1002, "lin")


def facts(name: str, asked: str = "auto") -> tuple[Choice, Host]:
    """The choice on a recorded machine, and its facts with every mount that a platform may ask for."""
    platforms = load_all()
    host = machine.probe(MACHINES / f"{name}.toml", sought(platforms))
    return choose(platforms, host, asked), host


def request(**given: Any) -> Request:
    """What ``yoloport up`` asks for without options, but with these."""
    return Request(**{"name": "default", "data": Path("/home/lin/yoloport"), "port": 8888, "ssh_port": 0, **given})
