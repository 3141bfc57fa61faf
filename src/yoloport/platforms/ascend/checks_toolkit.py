"""Checks of what stands between torch and the driver: CANN, its kernels, its variables and its Python packages."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.questions import listed, paths, python_of, together, variable, version, wants
from yoloport.host.facts import Package

NAME, PLUGIN, TOOLKIT = "ascend", "torch_npu", "CANN"
HOMES = ("/usr/local/Ascend/cann", "/usr/local/Ascend/ascend-toolkit/latest", "/usr/local/Ascend/ascend-toolkit")
SCRIPTS = tuple(f"{home}/set_env.sh" for home in HOMES)
KERNELS = "opp/built-in/op_impl/ai_core/tbe/kernel"
NEEDED = ("attrs", "cffi", "decorator", "numpy", "protobuf", "psutil", "pyyaml", "scipy", "sympy")
# Kernel folders by the first characters of the name that the vendor's tool prints, longest first.
FLAVOURS = (
    ("310P", "ascend310p"),
    ("310B", "ascend310b"),
    ("910_9", "ascend910_93"),
    ("910B1", "ascend910b"),
    ("910B2", "ascend910b"),
    ("910B3", "ascend910b"),
    ("910B4", "ascend910b"),
    ("910A", "ascend910"),
    ("910ProA", "ascend910"),
    ("910ProB", "ascend910"),
    ("910PremiumA", "ascend910"),
)


def installed(case: Case) -> bool:
    """Whether some environment here has the plug-in; without it CANN may well lie in the image alone."""
    return bool(case.around.package(PLUGIN))


def script(case: Case) -> str:
    """The file that sets CANN's variables, of the newest layout that is there; empty for none."""
    return next((path for path in SCRIPTS if paths(case, path)), "")


def sourced(case: Case) -> bool:
    """Whether CANN's variables are set: the plug-in decides by ``ASCEND_OPP_PATH`` itself."""
    return bool(variable(case, "ASCEND_OPP_PATH") or variable(case, "ASCEND_HOME_PATH"))


def toolkit_missing(case: Case) -> Iterator[Found]:
    """The plug-in is installed, and CANN is neither under its usual folders nor named by a variable."""
    if installed(case) and not script(case) and not sourced(case) and not case.host.toolkits.get(TOOLKIT):
        yield Found({"where": listed([p.environment for p in case.around.package(PLUGIN)])})


def toolkit_partial(case: Case) -> Iterator[Found]:
    """Only CANN's runtime is installed: the plug-in needs its communication and graph libraries, too."""
    home = next((path.removesuffix("/set_env.sh") for path in (script(case),) if path), "")
    if installed(case) and home and paths(case, *(f"{one}/lib64/libascendcl.so" for one in HOMES)):
        missing = [name for name in ("libhccl.so", "libge_runner.so") if not _library(case, name)]
        if missing:
            yield Found({"missing": listed(missing), "home": home})


def _library(case: Case, name: str) -> bool:
    return bool(paths(case, *(f"{home}/lib64/{name}" for home in HOMES)))


def toolkit_not_sourced(case: Case) -> Iterator[Found]:
    """CANN is there, its variables are not."""
    if installed(case) and script(case) and not sourced(case):
        yield Found({"script": script(case)})


def libraries_overwritten(case: Case) -> Iterator[Found]:
    """CANN's variables are set, and the library path does not lead to it: somebody set it anew."""
    home, libraries = variable(case, "ASCEND_HOME_PATH"), variable(case, "LD_LIBRARY_PATH")
    ours = (home.rstrip("/"), "/usr/local/Ascend/cann", "/usr/local/Ascend/ascend-toolkit")
    if home and installed(case) and not any(part.startswith(ours) for part in libraries.split(":")):
        yield Found({"home": home, "now": libraries or "-", "script": script(case) or f"{home}/set_env.sh"})


def pythonpath_lacks_tbe(case: Case) -> Iterator[Found]:
    """CANN's own Python modules are not on the path."""
    python = variable(case, "PYTHONPATH")
    if installed(case) and variable(case, "ASCEND_OPP_PATH") and "site-packages" not in python and "tbe" not in python:
        yield Found({"now": python or "-", "script": script(case) or SCRIPTS[0]})


def nnal_not_sourced(case: Case) -> Iterator[Found]:
    """CANN's variables are set, those of NNAL beside it are not."""
    there = paths(case, "/usr/local/Ascend/nnal/atb/set_env.sh")
    if there and installed(case) and sourced(case) and not variable(case, "ATB_HOME_PATH"):
        yield Found({"script": there[0]})


def ops_missing(case: Case) -> Iterator[Found]:
    """No kernels, or kernels of another chip: operators are found by nobody."""
    if not installed(case) or not script(case):
        return
    whole, hollow = _flavours(case)
    wanted = {flavour for card in case.cards.get(NAME, ()) if (flavour := flavour_of(card.name))}
    for flavour in sorted(wanted - whole):
        if flavour in hollow or not whole:
            yield Found({"flavour": flavour})
        else:
            yield Found({"flavour": flavour, "there": listed(sorted(whole))}, variant="other")


def flavour_of(name: str) -> str:
    """The folder of a chip's kernels; empty where the name does not tell, as plain ``910`` and ``910B`` do not."""
    plain = name.removeprefix("Ascend")
    return next((flavour for head, flavour in FLAVOURS if plain.startswith(head)), "")


def _flavours(case: Case) -> tuple[set[str], set[str]]:
    """Chips whose kernels are there, and those whose folder holds nothing but the toolkit's own ``ops_oam``."""
    folders = paths(case, *(f"{home}/{KERNELS}/ascend*" for home in HOMES))
    below: dict[str, set[str]] = {}
    for path in folders:
        flavour, _, inner = path.partition(f"{KERNELS}/")[2].partition("/")
        below.setdefault(flavour, set()).update([inner] if inner else [])
    hollow = {flavour for flavour, inner in below.items() if inner == {"ops_oam"}}
    return set(below) - hollow, hollow


def python_needs(case: Case) -> Iterator[Found]:
    """Packages that CANN imports and pip does not bring."""
    for plugin in case.around.package(PLUGIN):
        there = {p.name.lower().replace("_", "-") for p in case.around.packages if p.environment == plugin.environment}
        missing = [name for name in NEEDED if name not in there]
        if missing:
            values = {"missing": listed(missing), "names": tuple(missing), "where": plugin.environment}
            yield Found({**values, "python": python_of(plugin.environment)})


def transfer_value(case: Case) -> Iterator[Found]:
    """The switch that redirects code written for another device takes 0 and 1 only, and is not for every card."""
    value = variable(case, "TORCH_TRANSFER_TO_NPU")
    cards = [card.name.removeprefix("Ascend") for card in case.cards.get(NAME, ())]
    if value and value not in ("0", "1"):
        yield Found({"value": value})
    elif value == "1" and any(name.startswith("310") for name in cards):
        yield Found({"value": value, "cards": listed(sorted(set(cards)))}, level="note", variant="inference")


def _release(package: Package) -> dict[str, object]:
    place = package.environment
    return {"version": package.version, "where": place, "python": python_of(place)}


def ultralytics_old(case: Case) -> Iterator[Found]:
    """Ultralytics takes this device only from a certain release on."""
    for one, _ in together(case, "ultralytics", PLUGIN):
        if version(one.version) and version(one.version) < (8, 4, 22):
            yield Found(_release(one))
        elif version(one.version) and version(one.version) < (8, 4, 111):
            yield Found(_release(one), variant="single")


def ultralytics_nms(case: Case) -> Iterator[Found]:
    """Releases between native support and its repair; 8.4.190 is the first that was read and has it."""
    for one, _ in together(case, "ultralytics", PLUGIN):
        if (8, 4, 111) <= version(one.version) < (8, 4, 190):
            yield Found(_release(one))


def onnxruntime_on_cpu(case: Case) -> Iterator[Found]:
    """The provider cannot load without CANN, and the session then runs on the processor without a word."""
    for one in case.around.package("onnxruntime-cann"):
        if not sourced(case):
            yield Found({"where": one.environment, "script": script(case) or SCRIPTS[0]})


def visible_wrong(case: Case) -> Iterator[Found]:
    """The variable of the container runtime is set, the one that torch reads is not."""
    value = variable(case, "ASCEND_VISIBLE_DEVICES")
    if value and installed(case) and not case.around.container and not variable(case, "ASCEND_RT_VISIBLE_DEVICES"):
        yield Found({"value": value})


def jit_compile(case: Case) -> Iterator[Found]:
    """Chips that compile every operator at its first use."""
    names = sorted({card.name for card in case.cards.get(NAME, ()) if _compiles(card.name)})
    if names and wants(case, NAME):
        yield Found({"cards": listed(names)})


def _compiles(name: str) -> bool:
    return flavour_of(name) in {flavour for head, flavour in FLAVOURS if head in ("310P", "910A")}


CHECKS: dict[str, Look] = {
    "ascend-toolkit-missing": toolkit_missing,
    "ascend-toolkit-partial": toolkit_partial,
    "ascend-toolkit-not-sourced": toolkit_not_sourced,
    "ascend-libraries-overwritten": libraries_overwritten,
    "ascend-pythonpath-lacks-tbe": pythonpath_lacks_tbe,
    "ascend-nnal-not-sourced": nnal_not_sourced,
    "ascend-ops-missing": ops_missing,
    "ascend-python-needs": python_needs,
    "ascend-transfer-value": transfer_value,
    "ascend-ultralytics-old": ultralytics_old,
    "ascend-ultralytics-nms": ultralytics_nms,
    "ascend-onnxruntime-on-cpu": onnxruntime_on_cpu,
    "ascend-visible-wrong": visible_wrong,
    "ascend-jit-compile": jit_compile,
}
