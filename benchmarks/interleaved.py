"""Time several things in turns, so that whatever else the machine does falls on all of them alike."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LAUNCHER = ROOT / "yoloport"


class NotComparable(Exception):
    """A timing that is not of what was to be timed; its whole round is taken again."""


@dataclass(frozen=True)
class Timings:
    """Seconds of each round, by what was timed. The first name is what the others are compared with."""

    seconds: Mapping[str, tuple[float, ...]]
    repeated: int

    def ratio(self, name: str) -> float:
        """Median of ``name`` over the median of the first."""
        first = next(iter(self.seconds.values()))
        return statistics.median(self.seconds[name]) / statistics.median(first)


def measure(cases: Mapping[str, Callable[[], float]], rounds: int) -> Timings:
    """Each case once to warm up, then ``rounds`` rounds, every other one in reverse order.

    Raises:
        NotComparable: more rounds had to be taken again than were asked for.
    """
    for case in cases.values():
        _warm(case)
    kept: dict[str, list[float]] = {name: [] for name in cases}
    repeated = 0
    while len(done := next(iter(kept.values()))) < rounds:
        order = list(cases) if len(done) % 2 == 0 else list(cases)[::-1]
        try:
            found = {name: cases[name]() for name in order}
        except NotComparable:
            repeated += 1
            if repeated > rounds:
                raise
            continue
        for name, seconds in found.items():
            kept[name].append(seconds)
    return Timings({name: tuple(values) for name, values in kept.items()}, repeated)


def _warm(case: Callable[[], float]) -> None:
    try:
        case()
    except NotComparable:
        return


def options(what: str, rounds: int, least: int) -> argparse.Namespace:
    """``--rounds`` and ``--json`` from the command line."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--rounds", type=int, default=rounds, help=f"at least {least} (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result here too")
    given = parser.parse_args()
    if given.rounds < least:
        parser.error(f"--rounds has to be at least {least}")
    return given


def environment(home: Path) -> dict[str, str]:
    """The caller's environment with a home of its own, and the caller's cache: environments are not made again."""
    own_home = Path.home()
    cache = os.environ.get("YOLOPORT_CACHE") or f"{os.environ.get('XDG_CACHE_HOME') or own_home / '.cache'}/yoloport"
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "YOLOPORT_", "JUPYTER", "PYTHON"))}
    return {**kept, "HOME": str(home), "YOLOPORT_CACHE": cache}


def cli_python(environ: Mapping[str, str]) -> Path:
    """The Python that the launcher hands over to; makes its environment where it is missing."""
    run([str(LAUNCHER), "--version"], environ)
    lock = (ROOT / "src/yoloport/environment/cli.lock").read_bytes()
    summed = subprocess.run(["cksum"], input=lock, capture_output=True, check=True).stdout.split()[0].decode()
    return Path(environ["YOLOPORT_CACHE"]) / "cli" / summed / "bin/python"


def run(argv: list[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run to its end; a failure ends the benchmark with the program's own words."""
    done = subprocess.run(argv, env=dict(environ), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(argv)} ended with {done.returncode}:\n{done.stderr}")
    return done


def report(timings: Timings, targets: Mapping[str, float], load_before: float, file: Path | None) -> None:
    """Print the table, with the machine and its load; write the same as JSON where a file was named."""
    rows = {
        name: {
            "median_s": round(statistics.median(values), 4),
            "fastest_s": round(min(values), 4),
            "slowest_s": round(max(values), 4),
            "ratio": round(timings.ratio(name), 3),
            "target": targets.get(name),
        }
        for name, values in timings.seconds.items()
    }
    result = {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": machine(),
        "load_1min": {"before": round(load_before, 2), "after": round(os.getloadavg()[0], 2)},
        "rounds": len(next(iter(timings.seconds.values()))),
        "rounds_repeated": timings.repeated,
        "rows": rows,
    }
    print(f"{result['date']}  {result['machine']}  load {load_before:.1f} -> {os.getloadavg()[0]:.1f}")
    print(f"{result['rounds']} rounds, {timings.repeated} taken again")
    width = max(map(len, rows))
    print(f"{'':<{width}}  median s  fastest  slowest  ratio  target")
    for name, row in rows.items():
        print(
            f"{name:<{width}}  {row['median_s']:8.3f} {row['fastest_s']:8.3f} {row['slowest_s']:8.3f} "
            f"{row['ratio']:6.2f}  {_verdict(timings.ratio(name), targets.get(name))}"
        )
    if file:
        file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _verdict(ratio: float, target: float | None) -> str:
    if target is None:
        return ""
    return f"{target:.2f} {'met' if ratio <= target else 'MISSED'}"


def machine() -> str:
    """Processor, cores and kernel, in a line; with the widest vectors that it has, since engines differ by these."""
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split()
    wide = next((name for name in ("amx_tile", "avx512_bf16", "avx512_vnni", "avx512f", "avx2") if name in flags), "")
    cores = f"{len(os.sched_getaffinity(0))} cores" + (f" with {wide}" if wide else "")
    return f"{_processor()}, {cores}, {platform.system()} {platform.release()}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith(("model name", "Model Name", "Hardware")):
            return line.split(":", 1)[1].strip()
    return platform.machine()
