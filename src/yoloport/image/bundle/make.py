"""Make a bundle: beside its place first, then renamed, so that a folder of this name is a whole bundle."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from yoloport import __version__
from yoloport.image.bundle import archive, saved, with_it
from yoloport.image.bundle.contents import FILE, SUMS, Archive, Base, Bundle, Image
from yoloport.image.bundle.look import Found, require_empty
from yoloport.image.bundle.problems import BrokenSave, BundleDiskFull
from yoloport.image.bundle.readme import readme
from yoloport.image.bundle.script import script

Report = Callable[[str, str, int, int], None]
"""Called with a step's title, a detail, bytes done and bytes in all."""
_MARK = ".being-made"
_WORD = re.compile(r"[\w./:=-]+")


def make(found: Found, report: Report, environ: Mapping[str, str] | None = None) -> Bundle:
    """Write the bundle.

    Args:
        found: from ``look``.
        report: told about each step.
        environ: where SOURCE_DATE_EPOCH may stand; this process's own by default.

    Raises:
        BrokenSave: the engine's archive is cut off or not what it should be.
        BundleDiskFull: the disk filled up on the way.
    """
    created = _created(os.environ if environ is None else environ)
    try:
        with _beside(found.folder) as part:
            image, made = _image(found, part, report)
            bundle = _rest(found, part, image, made, created, report)
            report("sums", SUMS, 0, 0)
            (part / SUMS).write_text(_sums(part, made), encoding="utf-8")
            (part / _MARK).unlink()
            require_empty(found.folder)
            if found.folder.exists():
                found.folder.rmdir()
            part.replace(found.folder)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise BundleDiskFull(found.folder, found.need, shutil.disk_usage(found.folder.parent).free) from error
    return bundle


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A new folder beside the wanted one; whatever happens, nothing half done is left."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.with_name(f"{folder.name}.part")
    if (part / _MARK).is_file():
        shutil.rmtree(part)  # ours, from a run that was killed
    if part.exists():
        part = Path(tempfile.mkdtemp(prefix=f"{part.name}-", dir=folder.parent))
    part.mkdir(exist_ok=True)
    part.chmod(0o755)
    (part / _MARK).touch()
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _image(found: Found, part: Path, report: Report) -> tuple[Image, Archive]:
    layout = part / ".layers"
    layout.mkdir()
    got = _save(found, layout, report)
    unpacked = sum(file.stat().st_size for file in {file for _, file in got.layers})
    report("layers", found.how.format, 0, 0)
    layers, new = archive.blobs(got, found.how, found.old.image.layers if found.old else ())
    named = archive.names(found.reference, got.config, layers)
    made = archive.write(part, found.how, new, named, lambda done, total: report("packing", "layers", done, total))
    facts = got.facts
    shutil.rmtree(layout)
    image = Image(
        reference=found.reference,
        id=named.config_id,
        ids=tuple(dict.fromkeys((named.config_id, named.manifest_id, found.engine_id))),
        architecture=facts["architecture"],
        created=facts.get("created") or "",
        labels=(facts.get("config") or {}).get("Labels") or {},
        health=health(facts.get("config") or {}),
        unpacked_bytes=unpacked,
        layers=layers,
    )
    return image, made


def _save(found: Found, layout: Path, report: Report) -> saved.Saved:
    """The engine's own archive, read while it is handed out."""
    argv = [found.engine.client, "save"]
    if found.engine.name == "podman":
        argv += ["--format", "docker-archive"]

    def progress(done: int) -> None:
        report(f"reading {found.reference}", found.engine.name, done, max(done, found.engine_bytes))

    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen([*argv, found.reference], stdout=subprocess.PIPE, stderr=words)
        assert process.stdout  # noqa: S101  a pipe was asked for
        try:
            got = saved.read(process.stdout, layout, found.reference, found.architecture, progress)
            while process.stdout.read(saved.CHUNK):  # some pad the end; an engine must not meet a closed pipe
                pass
        except BrokenSave as problem:
            process.kill()
            process.wait()
            words.seek(0)
            said = words.read().decode(errors="replace").strip()
            raise BrokenSave(found.reference, said or problem.why) from problem
        finally:
            process.stdout.close()
        code = process.wait()
        words.seek(0)
        if code:
            raise BrokenSave(found.reference, words.read().decode(errors="replace").strip() or f"it ended with {code}")
    return got


def health(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The words of an image's health check, where a shell can split them again."""
    test = (config.get("Healthcheck") or {}).get("Test") or []
    return tuple(test[1:]) if test[:1] == ["CMD"] and all(_WORD.fullmatch(word) for word in test[1:]) else ()


def _rest(found: Found, part: Path, image: Image, made: Archive, created: str, report: Report) -> Bundle:
    report("files", "weights, sample, documents", 0, 0)
    weights = _weights(found, part)
    note = with_it.draw_sample(found.engine, found.reference, part / "datasets")
    if found.docs:
        with_it.copy_documents(found.docs, part)
    if found.sbom:
        shutil.copyfile(found.sbom, part / "sbom.cdx.json")
    notes = [note] if note else []
    notes += [] if found.sbom else ["no list of parts (SBOM): none was named with --sbom"]
    base = Base(name=found.old_name, image=found.old.image.id, archive=found.old.archive) if found.old else None
    bundle = Bundle(
        yoloport=__version__,
        platform=found.platform.name,
        created=created,
        image=image,
        archive=made,
        base=base,
        weights=weights,
        sample="" if note else f"datasets/{with_it.SAMPLE}",
        docs="docs" if found.docs else "",
        sbom="sbom.cdx.json" if found.sbom else "",
        notes=tuple(notes),
    )
    copied = sum(file.stat().st_size for kind in ("datasets", "weights") for file in (part / kind).rglob("*.*"))
    _write(part, bundle, found, script(found.platform, image, made, base, copied))
    return bundle


def _write(part: Path, bundle: Bundle, found: Found, run: str) -> None:
    (part / FILE).write_text(bundle.model_dump_json(indent=1) + "\n", encoding="utf-8")
    title = {"en": found.platform.title["en"], "zh": found.platform.title["zh"]}
    (part / "README.txt").write_text(readme(bundle, title), encoding="utf-8")
    (part / "run.sh").write_text(run, encoding="utf-8")
    (part / "run.sh").chmod(0o755)


def _weights(found: Found, part: Path) -> tuple[str, ...]:
    if found.models:
        (part / "weights").mkdir()
    for file in found.models:
        shutil.copyfile(file, part / "weights" / file.name)
    return tuple(f"weights/{file.name}" for file in found.models)


def _sums(part: Path, made: Archive) -> str:
    """As sha256sum writes them; the archive's own were taken while it was written."""
    known = {entry.name: entry.sha256 for entry in made.parts}
    files = sorted(str(file.relative_to(part)) for file in part.rglob("*") if file.is_file() and file.name != _MARK)
    return "".join(f"{known.get(name) or _sum(part / name)}  {name}\n" for name in files)


def _sum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _created(environ: Mapping[str, str]) -> str:
    """The time that SOURCE_DATE_EPOCH names, else now; to the second."""
    named = environ.get("SOURCE_DATE_EPOCH", "")
    zone = dt.timezone.utc
    moment = dt.datetime.fromtimestamp(int(named), zone) if named.isdigit() else dt.datetime.now(zone)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
