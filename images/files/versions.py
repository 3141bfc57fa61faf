"""In a build: what a base brought stays as it was, and what was installed is what was meant.

Runs on the image's own Python, with nothing but the standard library.

    versions.py paths ENVIRONMENT      let the environment see the packages of the Python that runs this
    versions.py note NAME... > FILE    the versions that are there now, as JSON
    versions.py same FILE              stop where one of them is another now
    versions.py are NAME==VERSION...   stop where another version is installed; a local label (+cpu) may follow
"""

from __future__ import annotations

import json
import site
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def installed(name: str) -> str:
    """The version of a package; empty where it is not there."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def differences(wanted: Mapping[str, str]) -> Iterator[str]:
    """A sentence about each package that is not as wanted."""
    for name, meant in wanted.items():
        found = installed(name)
        if found != meant and not found.startswith(f"{meant}+"):
            yield f"{name} is {found or 'not installed'} and must be {meant}"


def paths(environment: Path) -> None:
    """Write a .pth file (docs.python.org, site): what it names is searched after the environment's own packages."""
    folders = [folder for folder in site.getsitepackages() if Path(folder).is_dir()]
    for own in environment.glob("lib/python3*/site-packages"):
        (own / "of_the_base.pth").write_text("\n".join(folders) + "\n", encoding="utf-8")


def note(names: tuple[str, ...]) -> None:
    """Print the versions; stop where a package is not there at all."""
    found = {name: installed(name) for name in names}
    missing = [name for name, one in found.items() if not one]
    if missing:
        sys.exit(f"yoloport: this base does not bring {', '.join(missing)}")
    print(json.dumps(found))


def main(verb: str, *arguments: str) -> None:
    """Do what the verb says."""
    if verb == "paths":
        paths(Path(arguments[0]))
    elif verb == "note":
        note(arguments)
    else:
        given = (argument.partition("==")[::2] for argument in arguments)
        wanted = json.loads(Path(arguments[0]).read_text(encoding="utf-8")) if verb == "same" else dict(given)
        wrong = list(differences(wanted))
        if wrong:
            sys.exit(f"yoloport: a step of this build replaced a package: {'; '.join(wrong)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
