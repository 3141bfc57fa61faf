"""Read ``/proc/cpuinfo``: which processor, and which of its features change how fast a model runs."""

from __future__ import annotations

import re

from yoloport.host.facts import Cpu

# Names as the kernel prints them: x86 flags, Arm hwcaps, LoongArch features.
FEATURES = frozenset(
    (
        "avx", "avx2", "f16c", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "avx_vnni", "amx_tile", "amx_int8",
        "asimd", "asimddp", "asimdhp", "fphp", "i8mm", "bf16", "sve", "sve2", "lsx", "lasx",
    )
)  # fmt: skip


_KEYS = (
    "vendor_id", "model name", "Model Name", "Hardware", "Model", "CPU implementer", "CPU part", "flags", "Features",
    "features",
)  # fmt: skip


def short(cpuinfo: str) -> str:
    """What is read here, once, and a line for every processor: all there is to keep of 128 equal blocks.

    Left out are the serial number that boards print, and the features that no model's speed hangs on.
    """
    kept, seen = [], set()
    for line in cpuinfo.splitlines():
        key, _, value = (part.strip() for part in line.partition(":"))
        if key in ("flags", "Features", "features"):
            value = " ".join(word for word in value.split() if word.lower() in FEATURES)
        if key == "processor" or (key in _KEYS and key not in seen):
            kept.append(f"{key}\t: {value}")
            seen.add(key)
    return "\n".join(kept) + "\n"


def name(cpuinfo: str) -> str:
    """The model's name; where the kernel prints none, as on Arm servers, the ids that tell one family from another."""
    found = _value(cpuinfo, "model name", "Model Name", "Hardware", "Model")
    if found:
        return found
    implementer, part = _value(cpuinfo, "CPU implementer"), _value(cpuinfo, "CPU part")
    return f"implementer {implementer} part {part}" if implementer and part else "unknown processor"


def count(cpuinfo: str) -> int:
    """How many processors the kernel lists, at least one."""
    return len(re.findall(r"^processor\s*:", cpuinfo, re.MULTILINE)) or 1


def read(cpuinfo: str, numa_nodes: int = 0) -> Cpu:
    """The processor's ids and features.

    Args:
        cpuinfo: the text of ``/proc/cpuinfo``.
        numa_nodes: how many memory nodes the machine has; 0 where it does not say.
    """
    words = _value(cpuinfo, "flags", "Features", "features").lower().split()
    return Cpu(
        vendor=_value(cpuinfo, "vendor_id", "CPU implementer"),
        part=_value(cpuinfo, "CPU part"),
        model=_value(cpuinfo, "model name", "Model Name", "Hardware", "Model"),
        features=FEATURES.intersection(words),
        numa_nodes=numa_nodes,
    )


def _value(cpuinfo: str, *keys: str) -> str:
    for key in keys:
        found = re.search(rf"^{key}\s*:[ \t]*(.+)$", cpuinfo, re.MULTILINE)
        if found:
            return found[1].strip()
    return ""
