"""A running workspace, looked at from outside and inside."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from yoloport.errors import Exit
from yoloport.image.trial import logs
from yoloport.image.trial.check import Failed, NotHere
from yoloport.image.trial.container import ANYBODY, LOCKED_DOWN, Container
from yoloport.workspace.plan import INSIDE_PORT

if TYPE_CHECKING:
    from yoloport.image.trial.bench import Bench

TOKEN = "/data/.yoloport/default/token"  # noqa: S105  the file, not what is in it
LOGS = "/data/.yoloport/default/logs"
EVIDENCE = "/data/evidence.json"
_PATIENCE_OF_STOP = 30


def starts(bench: Bench) -> Mapping[str, object]:
    """Started as typed, it answers its own health check."""
    return _healthy(bench, bench.as_typed())


def starts_locked_down(bench: Bench) -> Mapping[str, object]:
    """The same without network, privileges, a writable system, or a name for its user."""
    container = bench.locked_down()
    figures = _healthy(bench, container)
    said = container.inside("id", "-un")
    if said.returncode:
        raise Failed(f"uid {ANYBODY} has no name inside: {said.stderr.strip()}")
    owners = container.inside("stat", "--format", "%u", TOKEN, f"{LOGS}/jupyter.log").stdout.split()
    if set(owners) != {str(ANYBODY)}:
        raise Failed(f"files in the volume belong to {owners}, not to {ANYBODY}")
    return {**figures, "options": " ".join(LOCKED_DOWN)}


def _healthy(bench: Bench, container: Container) -> dict[str, object]:
    if not bench.subject.health:
        raise Failed("it has no health check that could be asked")
    took = container.until(bench.subject.health, bench.patience)
    if took is None:
        raise Failed(f"it does not answer: {_last(container)}")
    return {"seconds to answer": took}


def _up(container: Container) -> Container:
    """A container that ended has no open port, no process of root's, no secret: nothing of it is shown by that."""
    if not container.state().get("Running"):
        raise Failed(f"it does not run: {_last(container)}")
    return container


def opens_with_its_token(bench: Bench) -> Mapping[str, object]:
    """From this machine: closed without the token, and with a wrong one; open with the right one."""
    container = _up(bench.as_typed())
    token = container.inside("cat", TOKEN).stdout.strip()
    address = container.published(INSIDE_PORT)
    if not address:
        raise Failed("the engine published no port")
    asked = {"none": "", "wrong": "x" * 43, "right": token}
    answers = {name: _status(address, "/api/status", value) for name, value in asked.items()}
    if (answers["none"], answers["wrong"], answers["right"]) != (403, 403, 200):
        raise Failed(f"/api/status answers {answers} to no token, a wrong one and the right one", answers)
    if (page := _status(address, "/lab", token)) != 200:
        raise Failed(f"JupyterLab's page answers {page}")
    return answers


def _status(address: str, path: str, token: str) -> int:
    host, _, port = address.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=30)
    try:
        connection.request("GET", path, headers={"Authorization": f"token {token}"} if token else {})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def keeps_its_token(bench: Bench) -> Mapping[str, object]:
    """The token is long, its file is its owner's, no process shows it, and the log says how to get in."""
    container = _up(bench.as_typed())
    token = container.inside("cat", TOKEN).stdout.strip()
    mode = container.inside("stat", "--format", "%a", TOKEN).stdout.strip()
    shown = container.inside("ps", "axwwweo", "args").stdout
    if len(token) < 43 or mode != "600":
        raise Failed(f"the token has {len(token)} letters, its file the mode {mode}")
    if "jupyter" not in shown:
        raise Failed("its processes cannot be listed")
    if token in shown:
        raise Failed("a process shows the token to everybody")
    said = container.logs()
    if "http://127.0.0.1:8888/lab" not in said or token not in said:
        raise Failed("the log does not say address and token")
    return {"letters": len(token), "mode": mode}


def is_an_ordinary_user(bench: Bench) -> Mapping[str, object]:
    """Its processes are not root's, and cannot change the system or the environment."""
    container = _up(bench.as_typed())
    uids = set(container.inside("ps", "axo", "uid=").stdout.split())
    if not uids or "0" in uids:
        raise Failed("a process of it is root's" if uids else "its processes cannot be listed")
    changeable = [
        path for path in ("/etc", "/usr/bin", "/opt/venv", "/opt/venv/bin", "/etc/yoloport")
        if container.inside("test", "-w", path).returncode == 0
    ]  # fmt: skip
    if changeable:
        raise Failed(f"its user may change {', '.join(changeable)}")
    first = container.inside("ps", "-p", "1", "-o", "comm=").stdout.strip()
    return {"uids": sorted(uids), "first process": first}


def listens_where_it_says(bench: Bench) -> Mapping[str, object]:
    """No port is open to others besides those that the image declares."""
    container = _up(bench.as_typed())
    tables = container.inside("cat", "/proc/net/tcp", "/proc/net/tcp6").stdout
    found = open_ports(tables)
    if INSIDE_PORT not in found:
        raise Failed(f"nothing listens on {INSIDE_PORT}; the tables tell {sorted(found)}")
    strange = found - set(bench.subject.ports)
    if strange:
        raise Failed(f"it listens on {sorted(strange)}, which the image does not declare")
    return {"open": sorted(found)}


def open_ports(tables: str) -> set[int]:
    """Ports that listen on more than loopback, from the kernel's tables (proc(5): state 0A is LISTEN)."""
    found = set()
    for line in tables.splitlines():
        fields = line.split()
        if len(fields) > 3 and fields[3] == "0A":
            address, _, port = fields[1].partition(":")
            if not address.endswith("7F") and address != "0" * 24 + "01000000":  # 127.0.0.0/8 little endian; ::1
                found.add(int(port, 16))
    return found


def lets_ssh_in(bench: Bench) -> Mapping[str, object]:
    """The key that was given opens it and reaches the environment; a stranger's does not. Whoever the user is."""
    for container in map(_up, (bench.as_typed(), bench.locked_down())):
        ours = _ssh(container, "key", "python -c 'import sys; print(sys.prefix)'")
        if ours.stdout.strip() != "/opt/venv":
            raise Failed(f"the given key does not reach the environment: {(ours.stderr or ours.stdout).strip()[-200:]}")
        stranger = _ssh(container, "stranger", "true")
        if stranger.returncode != 255 or "Permission denied" not in stranger.stderr:
            raise Failed(f"a stranger's key is answered with {stranger.returncode}: {stranger.stderr.strip()[-200:]}")
    return {"users": [bench.subject.user, f"{ANYBODY}:0"]}


def _ssh(container: Container, key: str, command: str) -> Any:
    words = ["ssh", "-p", "2222", "-i", f"/data/{key}", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o"]
    words += ["StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"]
    # As whoever it runs as: Podman itself writes a name for a uid that has none, and it is not ours.
    return container.inside(*words, "127.0.0.1", command, seconds=120)


def logs_are_clean(bench: Bench) -> Mapping[str, object]:
    """No line of a log says warning or error, besides those on a list."""
    lines = []
    for container in map(_up, (bench.as_typed(), bench.locked_down())):
        lines += container.logs().splitlines()
        lines += container.inside("sh", "-c", f"cat {LOGS}/*.log").stdout.splitlines()
    if not any("jupyter" in line.lower() for line in lines):
        raise Failed("JupyterLab has written no log")
    found = logs.alarming(lines)
    if found:
        raise Failed(f"{len(found)} lines of the logs alarm: {found[0][:160]}", {"lines": found[:20]})
    return {"lines": len(lines)}


def stops(bench: Bench) -> Mapping[str, object]:
    """A stop ends it by itself, without a kill."""
    code = _up(bench.as_typed()).stop(_PATIENCE_OF_STOP)
    if code != 0:
        raise Failed(f"it ended with {code} when it was asked to stop (137: killed)")
    return {"exit": code}


def refuses_without_its_device(bench: Bench) -> Mapping[str, object]:
    """Started without its accelerator it ends with doctor's words, instead of computing on the processor."""
    if not bench.subject.requires_device:
        raise NotHere("the platform has no accelerator")
    container = bench.start("--network", "none")
    code, said = container.ended(bench.patience), container.logs()
    container.remove()
    if code != Exit.NO_DEVICE or "JupyterLab starts" in said:
        raise Failed(f"without its accelerator it ended with {code}: {said.strip()[-200:]}")
    return {"exit": code, "said": said.strip().splitlines()[0][:200]}


def selftest(bench: Bench) -> Mapping[str, object]:
    """The product's own selftest passes in it, without a network."""
    if not bench.computes:
        raise NotHere("its accelerator was not handed over: --with-device")
    container = _up(bench.locked_down())
    command = ("python", "-m", "yoloport.supervise.enter", "yoloport", "selftest", "--json", "--out", EVIDENCE)
    done = container.inside(*command, seconds=max(600, bench.patience * 5))
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise Failed(f"it did not end: {(done.stderr or done.stdout).strip()[-300:]}") from None
    failed = [f"{one['id']}: {one['why']}" for one in told.get("checks", ()) if not one["passed"]]
    if failed or "checks" not in told:
        raise Failed("; ".join(failed) or str(told.get("cause", told))[:300])
    return {"checks": len(told["checks"]), "on": told["machine"]["device"], "evidence": told}


def _last(container: Container) -> str:
    lines = container.logs().strip().splitlines()
    return lines[-1][-300:] if lines else f"it ended with {container.state().get('ExitCode')} and said nothing"
