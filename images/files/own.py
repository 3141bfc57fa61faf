"""In a build: put yoloport's own wheel where it belongs, with byte code.

The same files as from pip, without starting it: this step is done again whenever a source file changed. Runs on the
image's own Python, or on the building machine's, with nothing but the standard library.

    own.py WHEEL [--root FOLDER --site PATH --bin PATH --python PATH] [--mode WORD] [--kept FOLDER] [--time SECONDS]
           [--without PART ...] [--source-only PATTERN ...]

``--root`` is what the image will have as ``/``. ``--kept`` holds byte code of earlier builds, named by what it was made
of. ``--time`` is what files and folders get, so that two builds make the same layer. ``--without`` names folders and
files of the wheel that stay out, ``--source-only`` those that get no byte code (``*`` is any text).
"""

from __future__ import annotations

import argparse
import base64
import configparser
import fnmatch
import hashlib
import os
import posixpath
import re
import sys
import sysconfig
import zipfile
from pathlib import Path

SCRIPT = """#!{python}
import sys
from {module} import {function}
if __name__ == "__main__":
    sys.exit({function}())
"""
MODES = ("timestamp", "checked-hash", "unchecked-hash")
MOST_KEPT = 600
"""Byte code of so many files is kept, of which a workspace has 230: each build reads them all."""


def contents(wheel: str, places: argparse.Namespace) -> dict[str, bytes]:
    """The wheel's files, its commands and its record (packaging.python.org, binary distribution format), by place."""
    out, below = set(places.without), tuple(f"{part}/" for part in places.without)
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name not in out and not name.startswith(below)]
        found = {posixpath.join(places.site, name): archive.read(name) for name in names if not name.endswith("/")}
    record = next(name for name in found if name.endswith(".dist-info/RECORD"))
    information = posixpath.dirname(record)
    found |= _scripts(found.get(f"{information}/entry_points.txt", b"").decode(), places)
    found[f"{information}/INSTALLER"] = b"yoloport\n"
    found[record] = _record(found, record, places.site).encode()
    return found


def _scripts(entry_points: str, places: argparse.Namespace) -> dict[str, bytes]:
    found = configparser.ConfigParser(delimiters=("=",))
    found.read_string(entry_points)
    named = found["console_scripts"].items() if "console_scripts" in found else ()
    parts = {name: value.partition(":") for name, value in named}
    return {
        f"{places.bin}/{name}": SCRIPT.format(python=places.python, module=module, function=function).encode()
        for name, (module, _, function) in parts.items()
    }


def _record(found: dict[str, bytes], record: str, site: str) -> str:
    """Names as seen from the site's folder, with digests and sizes."""
    lines = [f"{posixpath.relpath(record, site)},,"]
    for name, content in found.items():
        if name != record:
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            lines.append(f"{posixpath.relpath(name, site)},sha256={digest},{len(content)}")
    return "\n".join(sorted(lines)) + "\n"


def byte_code(sources: dict[str, bytes], root: str, mode: str, kept: dict[str, bytes]) -> dict[str, bytes]:
    """Byte code by place, taken from ``kept`` where the very same was made before, and put there where it was not.

    Args:
        sources: text by place in the image; the files are there already.
        root: what the image will have as ``/``.
        mode: one of ``MODES``.
        kept: by a digest of all that decides the result; what is used moves to its end.
    """
    made = {}
    for place, text in sources.items():
        key = hashlib.sha256(f"{sys.version} {mode} {place}\n".encode() + text).hexdigest()
        code = kept.pop(key, None) or _alone(root + place, place, mode)
        kept[key] = made[_cached(place)] = code
    return made


def _cached(place: str) -> str:
    folder, name = posixpath.split(place)
    return f"{folder}/__pycache__/{name[:-3]}.{sys.implementation.cache_tag}.pyc"


def _alone(file: str, name: str, mode: str) -> bytes:
    """In a process of its own: byte code depends on the strings that a process met before (bugs.python.org/34093).

    Raises:
        SystemExit: the file cannot be compiled; the compiler's words are on standard error.
    """
    target = f"{file}.{os.getpid()}"
    child = os.fork()
    if not child:
        try:
            _compile(file, target, name, mode)
            os._exit(0)
        finally:
            os._exit(1)
    if os.waitpid(child, 0)[1]:
        sys.exit(f"yoloport: {name} cannot be compiled")
    made = Path(target)
    code = made.read_bytes()
    made.unlink()
    return code


def _compile(file: str, target: str, name: str, mode: str) -> None:
    import py_compile

    way = py_compile.PycInvalidationMode[mode.upper().replace("-", "_")]
    try:
        py_compile.compile(file, target, name, doraise=True, invalidation_mode=way)
    except py_compile.PyCompileError as error:
        print(error, file=sys.stderr, flush=True)
        raise


def write(found: dict[str, bytes], places: argparse.Namespace) -> None:
    """Files below ``--root``, those in ``--bin`` as programs; for each file as few calls of the system as it takes."""
    before = os.umask(0o022)  # folders on the way are made with what it leaves
    made: set[str] = set()
    for place, content in found.items():
        file, folder = places.root + place, posixpath.dirname(places.root + place)
        if folder not in made:
            Path(folder).mkdir(parents=True, exist_ok=True)
            made.add(folder)
        mode = 0o755 if posixpath.dirname(place) == places.bin else 0o644
        # Not by os.write, which on a disk that fills up writes a part and says nothing.
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
            out.write(content)
    os.umask(before)


def read_kept(file: Path) -> dict[str, bytes]:
    """Byte code of earlier builds; none where there is none, or what is there is torn."""
    try:
        with zipfile.ZipFile(file) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (OSError, zipfile.BadZipFile):
        return {}


def keep(found: dict[str, bytes], file: Path) -> None:
    """The newest, for the next build; two builds at a time each leave a whole file."""
    mine = file.with_suffix(f".{os.getpid()}")
    with zipfile.ZipFile(mine, "w") as archive:
        for name in list(found)[-MOST_KEPT:]:
            archive.writestr(zipfile.ZipInfo(name), found[name])
    mine.replace(file)


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("wheel")
    parser.add_argument("--root", default="")
    parser.add_argument("--site", default=sysconfig.get_path("purelib"))
    parser.add_argument("--bin", default=sysconfig.get_path("scripts"))
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--mode", choices=MODES, default="checked-hash")
    parser.add_argument("--kept")
    parser.add_argument("--time", type=int)
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--source-only", nargs="*", default=[])
    given = parser.parse_args(arguments)
    found = contents(given.wheel, given)
    write(found, given)
    plain = re.compile(
        "|".join(fnmatch.translate(posixpath.join(given.site, one)) for one in given.source_only) or "$."
    )
    sources = {place: text for place, text in found.items() if place.endswith(".py") and not plain.match(place)}
    file = Path(given.kept or "") / "byte-code.zip"
    kept = read_kept(file) if given.kept else {}
    before = set(kept)
    compiled = byte_code(sources, given.root, given.mode, kept)
    write(compiled, given)
    if given.kept and set(kept) != before:
        keep(kept, file)
    if given.time is not None:
        _set_times([*found, *compiled], given.root, given.time)


def _set_times(places: list[str], root: str, seconds: int) -> None:
    """Of the files and of all folders that they are in."""
    every = set(places)
    for place in places:
        while (place := posixpath.dirname(place)) != "/":
            every.add(place)
    for place in every:
        os.utime(root + place, (seconds, seconds))


if __name__ == "__main__":
    main(sys.argv[1:])
