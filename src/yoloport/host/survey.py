"""Everything that only a diagnosis asks for. Programs are asked side by side, so that the slowest decides the time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from yoloport.host import engine_facts, packages, second_opinion
from yoloport.host.ask import Machine
from yoloport.host.facts import Answer, Caller, Host, Sought, Surroundings

# Of torch, Python and the loader, besides what the platforms name.
VARIABLES = (
    "LD_LIBRARY_PATH", "LD_PRELOAD", "PYTHONPATH", "TORCH_DEVICE_BACKEND_AUTOLOAD", "OMP_NUM_THREADS",
    "YOLO_OFFLINE", "YOLO_AUTOINSTALL", "YOLOPORT_REQUIRE", "YOLOPORT_PLATFORM", "container",
)  # fmt: skip
PACKAGES = (
    "torch", "torchvision", "ultralytics", "numpy", "opencv-python", "opencv-python-headless",
    "opencv-contrib-python", "opencv-contrib-python-headless", "onnx", "onnxruntime", "onnxruntime-gpu", "pillow",
)  # fmt: skip
# The order in which Linux numbers capabilities (capability.h), as far as the checks name them.
_CAPABILITIES = {1: "DAC_OVERRIDE", 12: "NET_ADMIN", 17: "SYS_RAWIO", 19: "SYS_PTRACE", 21: "SYS_ADMIN", 23: "SYS_NICE"}


def survey(machine: Machine, host: Host, sought: Sought, image: str = "", cache: str = "") -> Surroundings:
    """What surrounds the chip.

    Args:
        machine: whom to ask.
        host: what is known of it already; containers are asked after their devices only where there are nodes.
        sought: tools, files, variables and packages of the platforms.
        image: an image to ask the engines about.
        cache: the folder of yoloport's own environments.
    """
    values = machine.values()
    with ThreadPoolExecutor(max_workers=16) as pool:
        tools = [pool.submit(_ask, machine, query, sought) for query in _queries(sought)]
        engines = [
            pool.submit(engine_facts.ask, machine, name, sought, bool(host.nodes), image) for name in engine_facts.NAMES
        ]
        distributions = pool.submit(
            packages.installed, machine, (*PACKAGES, *sought.packages), (f"{cache}/envs/*",) if cache else ()
        )
        told = [engine.result() for engine in engines]
        answers = [answer for tool in tools if (answer := tool.result()).fault != "missing"]
        answers += [answer for _, more in told for answer in more]
        found = distributions.result()
    names = dict.fromkeys((*VARIABLES, *sought.environment))
    return Surroundings(
        kernel=values.kernel,
        cgroup=_cgroup(machine),
        container=_container(machine),
        caller=Caller(values.uid, values.groups, _capabilities(machine)),
        shm_bytes=shm.total if (shm := machine.disk("/dev/shm")) else 0,  # noqa: S108  shared memory itself
        disks=tuple(disk for disk in map(machine.disk, _places(values.home, cache)) if disk),
        modules=frozenset((machine.read("/proc/modules", _module_names) or "").split()),
        selinux=_selinux(machine),
        year=values.year,
        locale=values.encoding,
        environment={name: value for name in names if (value := machine.variable(name)) is not None},
        texts={path: text for path in sought.texts if (text := machine.read(path)) is not None},
        answers=tuple(answers),
        packages=found,
        # One that answers behind the other's name, as podman does behind a docker shim, counts once.
        engines=tuple({facts.name: facts for facts, _ in told if facts}.values()),
    )


def _queries(sought: Sought) -> Iterable[tuple[str, ...]]:
    return dict.fromkeys((*sought.commands, second_opinion.QUERY))


def _ask(machine: Machine, query: tuple[str, ...], sought: Sought) -> Answer:
    """A tool by its name on PATH, or else where its platform says that it may lie."""
    reduce = second_opinion.reduce if query == second_opinion.QUERY else str
    answer = machine.run(query, reduce=reduce)
    if answer.fault != "missing":
        return answer
    for name, path in sought.tool_paths:
        if name == query[0] and machine.glob(path):
            return machine.run(query, program=path)
    return answer


def _places(home: str, cache: str) -> Iterable[str]:
    return dict.fromkeys(path for path in ("/", home, cache) if path)


def _module_names(text: str) -> str:
    return "\n".join(line.split()[0] for line in text.splitlines() if line.strip())


def _cgroup(machine: Machine) -> int:
    if machine.glob("/sys/fs/cgroup/cgroup.controllers"):
        return 2
    return 1 if machine.glob("/sys/fs/cgroup/memory") else 0


def _container(machine: Machine) -> str:
    if machine.glob("/run/.containerenv"):
        return "podman"
    if machine.variable("KUBERNETES_SERVICE_PORT") or machine.glob("/var/run/secrets/kubernetes.io"):
        return "kubernetes"
    return "docker" if machine.glob("/.dockerenv") else machine.variable("container") or ""


def _selinux(machine: Machine) -> str:
    enforcing = machine.read("/sys/fs/selinux/enforce")
    return "" if enforcing is None else "enforcing" if enforcing.strip() == "1" else "permissive"


def _capabilities(machine: Machine) -> frozenset[str] | None:
    effective = machine.read("/proc/self/status", _effective)
    if not effective:
        return None
    bits = int(effective, 16)
    return frozenset(name for number, name in _CAPABILITIES.items() if bits >> number & 1)


def _effective(status: str) -> str:
    """Only the effective capabilities of a process's status, in hexadecimal."""
    found = re.search(r"^(?:CapEff:\s*)?([0-9a-f]{1,16})$", status, re.MULTILINE)
    return found[1] if found else ""
