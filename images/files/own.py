"""In a build: put yoloport's own wheel where it belongs, with byte code.

The same files as from pip, without starting it: this step is done again whenever a source file changed. Runs on the
image's own Python, or on the building machine's, with nothing but the standard library.

    own.py WHEEL [--root FOLDER --site PATH --bin PATH --python PATH] [--mode WORD] [--kept FOLDER] [--time SECONDS]
           [--without PART ...]

``--root`` is what the image will have as ``/``. ``--kept`` holds byte code of earlier builds, named by what it was made
of. ``--time`` is what files and folders get, so that two builds make the same layer. ``--without`` names folders and
files of the wheel that stay out.
"""

from __future__ import annotations

import argparse
import base64
import configparser
import hashlib
import os
import py_compile
import shutil
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

SCRIPT = """#!{python}
import sys
from {module} import {function}
if __name__ == "__main__":
    sys.exit({function}())
"""
MODES = {mode.name.lower().replace("_", "-"): mode for mode in py_compile.PycInvalidationMode}


def install(wheel: Path, places: argparse.Namespace) -> list[Path]:
    """Write the wheel's files, its commands and its record (packaging.python.org, binary distribution format).

    Returns:
        The files, as paths below ``--root``.
    """
    site = PurePosixPath(places.site)
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if not _below(name, places.without)]
        contents = {str(site / name): archive.read(name) for name in names if not name.endswith("/")}
    record = next(name for name in contents if name.endswith(".dist-info/RECORD"))
    information = PurePosixPath(record).parent
    commands = contents.get(str(information / "entry_points.txt"), b"").decode()
    scripts = {f"{places.bin}/{name}": text for name, text in _scripts(commands, places.python).items()}
    contents = {**contents, **scripts, str(information / "INSTALLER"): b"yoloport\n"}
    contents[record] = _record(contents, record, site).encode()
    for name, content in contents.items():
        _write(Path(places.root) / name.lstrip("/"), content, 0o755 if name in scripts else 0o644)
    return [Path(name) for name in contents]


def _below(name: str, parts: list[str]) -> bool:
    return any(name == part or name.startswith(f"{part}/") for part in parts)


def _scripts(entry_points: str, python: str) -> dict[str, bytes]:
    found = configparser.ConfigParser(delimiters=("=",))
    found.read_string(entry_points)
    named = found["console_scripts"].items() if "console_scripts" in found else ()
    parts = {name: value.partition(":") for name, value in named}
    return {
        name: SCRIPT.format(python=python, module=module, function=function).encode()
        for name, (module, _, function) in parts.items()
    }


def _record(contents: dict[str, bytes], record: str, site: PurePosixPath) -> str:
    """Names as seen from the site's folder, with digests and sizes."""
    lines = [f"{os.path.relpath(record, site)},,"]
    for name, content in contents.items():
        if name != record:
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            lines.append(f"{os.path.relpath(name, site)},sha256={digest},{len(content)}")
    return "\n".join(sorted(lines)) + "\n"


def _write(file: Path, content: bytes, mode: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    file.chmod(mode)


def byte_code(source: Path, root: Path, mode: str, kept: Path) -> Path:
    """Byte code beside a source, taken from ``kept`` where the very same was made before.

    Returns:
        The byte code's path below ``root``.
    """
    file = root / source.relative_to("/")
    made_of = f"{sys.version} {mode} {source}\n".encode() + file.read_bytes()
    before = kept / hashlib.sha256(made_of).hexdigest()
    if not before.is_file():
        part = before.with_suffix(f".{os.getpid()}")
        _alone(file, part, str(source), mode)
        part.replace(before)
    made = source.parent / "__pycache__" / f"{file.stem}.{sys.implementation.cache_tag}.pyc"
    target = root / made.relative_to("/")
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(before, target)
    return made


def _alone(file: Path, target: Path, name: str, mode: str) -> None:
    """In a process of its own: byte code depends on the strings that a process met before (bugs.python.org/34093).

    Raises:
        SystemExit: the file cannot be compiled; the compiler's words are on standard error.
    """
    child = os.fork()
    if not child:
        try:
            py_compile.compile(str(file), str(target), name, doraise=True, invalidation_mode=MODES[mode])
            os._exit(0)
        except py_compile.PyCompileError as error:
            print(error, file=sys.stderr, flush=True)
        finally:
            os._exit(1)
    if os.waitpid(child, 0)[1]:
        sys.exit(f"yoloport: {name} cannot be compiled")


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--root", type=Path, default=Path("/"))
    parser.add_argument("--site", default=sysconfig.get_path("purelib"))
    parser.add_argument("--bin", default=sysconfig.get_path("scripts"))
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--mode", choices=list(MODES), default="checked-hash")
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--time", type=int)
    parser.add_argument("--without", nargs="*", default=[])
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as passing:
        kept = given.kept or Path(passing)
        files = install(given.wheel, given)
        files += [byte_code(one, given.root, given.mode, kept) for one in files if one.suffix == ".py"]
    if given.time is not None:
        _set_times(files, given.root, given.time)


def _set_times(files: list[Path], root: Path, seconds: int) -> None:
    """Of the files and of all folders that they are in."""
    for one in {part for file in files for part in (file, *file.parents) if part != part.parent}:
        os.utime(root / one.relative_to("/"), (seconds, seconds))


if __name__ == "__main__":
    main(sys.argv[1:])
