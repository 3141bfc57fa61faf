"""All checks of an image, in the order in which a reader wants to know."""

from __future__ import annotations

import json
import platform as this
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from yoloport.host.engine import Engine
from yoloport.image.bundle.script import machine
from yoloport.image.trial import configuration, contents, inventory, runtime, workspace
from yoloport.image.trial.bench import Bench, opened
from yoloport.image.trial.check import Check, Outcome, perform
from yoloport.image.trial.evidence import evidence
from yoloport.image.trial.manifest import Manifest, measured
from yoloport.image.trial.problems import CannotKeep, UnknownCheck
from yoloport.image.trial.sbom import bill
from yoloport.image.trial.stamp import Stamped
from yoloport.image.trial.subject import Subject, ask
from yoloport.platforms.load import load

ONE, OTHER = ("workspace",), ("runtime",)
CHECKS = (
    Check("configuration", "user, init, health check, ports, labels", configuration.configured),
    Check("size", "size of all files, against the budget", contents.size),
    Check("nothing-left", "no compilers, caches or manuals left behind", contents.nothing_left),
    Check("no-secrets", "no keys or passwords in files, variables, instructions", contents.no_secrets),
    Check("permissions", "nothing that anybody may change, no unknown setuid", contents.permissions),
    Check("refuses", "without its accelerator: ends with doctor's words", workspace.refuses_without_its_device, ONE),
    Check("starts", "started as typed, answers its health check", workspace.starts, ONE),
    Check("token", "token: long, private, in the log with the address", workspace.keeps_its_token, ONE),
    Check("ports", "no port is open that is not declared", workspace.listens_where_it_says, ONE),
    Check("user", "no process of root's, nothing of the system to change", workspace.is_an_ordinary_user, ONE),
    Check("locked-down", "no network, read-only, no privileges, any uid", workspace.starts_locked_down, ONE),
    Check("selftest", "selftest passes in it", workspace.selftest, ONE),
    Check("logs", "logs without warnings and errors", workspace.logs_are_clean, ONE),
    # After the logs: who is turned away leaves warnings in them.
    Check("door", "opens with the token, and with nothing else", workspace.opens_with_its_token, ONE),
    Check("ssh", "SSH lets the given key in, and no other", workspace.lets_ssh_in, ONE),
    Check("stop", "a stop ends it by itself", workspace.stops, ONE),
    Check("says-how", "started with nothing, says how it is used", runtime.says_how, OTHER),
    Check("predicts", "decodes, computes and detects rightly, locked down", runtime.predicts, OTHER),
    Check("stops", "a stop in its work ends it by itself", runtime.stops, OTHER),
)
# Unpacked, of an image on a distribution's own base: what the project holds itself to (docs/en/images.md).
BUDGETS = {"workspace": 1_500_000_000, "runtime": 300_000_000}
_ALL_KINDS = tuple(one.id for one in CHECKS)


@dataclass(frozen=True)
class Found:
    """What a test found: the outcomes, the manifest, the evidence for the ladder, and that of the selftest."""

    outcomes: tuple[Outcome, ...]
    manifest: Manifest
    evidence: dict[str, Any]
    selftest: dict[str, Any] | None

    @property
    def failed(self) -> tuple[str, ...]:
        """Ids of the checks that did not pass."""
        return tuple(one.id for one in self.outcomes if one.passed is False)


def test(
    engine: Engine, reference: str, device: tuple[str, ...] | None, budget: int | None, skip: tuple[str, ...],
    report: Callable[[Outcome | Check], None],
) -> Found:  # fmt: skip
    """Find out everything about an image; what was started for it is removed.

    Args:
        device: options of the engine that hand its accelerator over; None to do without.
        budget: bytes; None for the usual one, 0 for none.
        skip: ids of checks to leave away.
        report: called with each check before, and its outcome after.

    Raises:
        NoImageToTest, NotOurs, WillNotStart, UnknownCheck, UnknownPlatform.
    """
    if strange := [name for name in skip if name not in _ALL_KINDS]:
        raise UnknownCheck(strange[0], _ALL_KINDS)
    subject = ask(engine, reference)
    platform = load(subject.platform)
    if budget is None:
        budget = BUDGETS[subject.kind] if platform.kind == "processor" else 0
    emulator = emulated(subject, this.machine())
    bench = Bench(engine, subject, platform, device or (), device is not None, budget, 600 if emulator else 120)
    with opened(bench):
        outcomes = _perform(bench, skip, report)
        date = datetime.now(timezone.utc).isoformat(timespec="seconds")
        passed = all(one.passed is not False for one in outcomes)
        total = sum(one.bytes for one in bench.files())
        manifest = measured(subject, platform, inventory.ask(bench), total, date, passed)
        computes = bench.computes
    shown = evidence(manifest, platform, outcomes, computes, emulator, bool(skip))
    own = next((one.figures.get("evidence") for one in outcomes if one.id == "selftest"), None)
    return Found(tuple(outcomes), manifest, shown, own if isinstance(own, dict) else None)


def emulated(subject: Subject, here: str) -> str:
    """What runs an image of another architecture on a machine like this; empty for its own."""
    return "" if machine(subject.architecture) == here else "qemu-user"


def _perform(bench: Bench, skip: tuple[str, ...], report: Callable[[Outcome | Check], None]) -> list[Outcome]:
    outcomes = []
    for check in CHECKS:
        if bench.subject.kind in check.kinds and check.id not in skip:
            report(check)
            outcomes.append(perform(check, bench))
            report(outcomes[-1])
    return outcomes


def keep(found: Found, folder: Path, stamped: Stamped | None = None) -> tuple[Path, ...]:
    """Write manifest, SBOM, evidence and what the selftest found into a folder; each file whole or not at all.

    Args:
        stamped: what became of the image afterwards: the same layers under another id.

    Raises:
        CannotKeep: the folder cannot be written.
    """
    files = {
        "manifest.json": {
            **found.manifest.to_json(),
            "stamped": asdict(stamped) if stamped else None,
            "checks": [outcome(one) for one in found.outcomes],
        },
        "sbom.cdx.json": bill(found.manifest),
        "evidence-image.json": found.evidence,
        **({"evidence-selftest.json": found.selftest} if found.selftest else {}),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            part = folder / f".{name}.part"
            part.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            part.replace(folder / name)
    except OSError as error:
        raise CannotKeep(folder, error.strerror or str(error)) from None
    return tuple(folder / name for name in files)


def outcome(one: Outcome) -> dict[str, Any]:
    """A check's outcome as plain data; what the selftest found has a file of its own."""
    plain = asdict(one)
    plain["figures"].pop("evidence", None)
    return plain
