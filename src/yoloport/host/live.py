"""This machine, or a folder that stands in for its root."""

from __future__ import annotations

import datetime as dt
import locale
import os
import platform
import re
import shutil
from pathlib import Path

from yoloport.host import bounded
from yoloport.host.ask import Keep, Reduce, Values
from yoloport.host.facts import Answer, Disk, Node, PciDevice

SECONDS = 8.0
"""How long a program may take. A vendor's tool on a server with sixteen cards takes two to three."""
LONGEST = 1_000_000


class Live:
    """Answers from the files under ``root``; programs are run for ``/`` only.

    Args:
        root: ``/``, or a folder with ``dev``, ``etc``, ``proc``, ``sys`` of its own.
        seconds: how long a program may take.
    """

    def __init__(self, root: Path = Path("/"), seconds: float = SECONDS) -> None:
        self._root, self._seconds, self._here = root, seconds, root == Path("/")

    def values(self) -> Values:
        """Of a folder, what this machine says would be wrong: only the architecture is taken from it."""
        if not self._here:
            return Values(architecture=platform.machine())
        return Values(
            architecture=platform.machine(),
            libc=platform.libc_ver()[1],
            kernel=platform.release(),
            cores=len(os.sched_getaffinity(0)),
            uid=os.geteuid(),
            groups=tuple(sorted({os.getegid(), *os.getgroups()})),
            year=dt.datetime.now(dt.timezone.utc).year,
            encoding=locale.getpreferredencoding(False),
            home=os.path.expanduser("~"),  # noqa: PTH111  as text, for what is replaced in a snapshot
        )

    def variable(self, name: str) -> str | None:
        """An environment variable of this process."""
        return os.environ.get(name) if self._here else None

    def read(self, path: str, reduce: Reduce = str) -> str | None:
        """A file's text; device trees end their strings with NUL, which becomes a line's end."""
        place = self._at(path)
        try:
            if not place.is_file():  # to open a pipe would wait for whoever writes into it
                return None
            with place.open("rb") as file:
                return reduce(file.read(LONGEST).decode("utf-8", "replace").replace("\0", "\n"))
        except (OSError, ValueError):
            return None

    def glob(self, pattern: str, keep: Keep = bool) -> tuple[str, ...]:
        """Paths under the root; a folder that this user may not look into is "not there", not an error."""
        if "*" not in pattern and "[" not in pattern:
            return (pattern,) if os.path.lexists(self._at(pattern)) and keep(pattern) else ()
        try:
            found = sorted(self._root.glob(pattern.lstrip("/")))
        except (OSError, ValueError):
            return ()
        paths = ("/" + str(path.relative_to(self._root)) for path in found)
        return tuple(path for path in paths if keep(path))

    def node(self, path: str) -> Node | None:
        """A node's owner and mode, links followed."""
        try:
            status = self._at(path).stat()
        except (OSError, ValueError):
            return None
        return Node(path, status.st_gid, status.st_mode & 0o777, status.st_uid)

    def pci(self) -> tuple[PciDevice, ...]:
        """All functions; none where there is no bus, or none that this user may look at."""
        try:
            entries = sorted(self._at("/sys/bus/pci/devices").iterdir())
        except OSError:
            return ()
        return tuple(_pci_device(entry) for entry in entries if os.path.isfile(entry / "vendor"))  # noqa: PTH113

    def disk(self, path: str) -> Disk | None:
        """The file system of this path or, where it does not exist yet, of the folder above it."""
        if not self._here:
            return None
        place = Path(path)
        while not os.path.exists(place) and place != place.parent:  # noqa: PTH110  not to be looked into: not there
            place = place.parent
        try:
            usage = shutil.disk_usage(place)
        except OSError:
            return None
        return Disk(path, usage.total, usage.free)

    def run(self, argv: tuple[str, ...], program: str = "", name: tuple[str, ...] = (), reduce: Reduce = str) -> Answer:
        """Run a program with no input and a plain locale; with all it started it is ended when its time is up."""
        asked = name or argv
        where = (program or shutil.which(argv[0])) if self._here else None
        if not where:
            return Answer(asked, "", None, "missing")
        try:
            output, code = bounded.run((where, *argv[1:]), self._seconds, LONGEST)
        except (OSError, ValueError) as error:
            return Answer(asked, getattr(error, "strerror", "") or str(error), None, "refused")
        return Answer(asked, reduce(_plain(output.decode("utf-8", "replace"))), code, "timeout" if code is None else "")

    def _at(self, path: str) -> Path:
        return self._root / path.lstrip("/")


def _plain(text: str) -> str:
    """The text without colours, which some tools print even into a pipe."""
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)


def _pci_device(entry: Path) -> PciDevice:
    def number(name: str) -> str:
        try:
            return (entry / name).read_text(encoding="ascii", errors="replace").strip().removeprefix("0x")
        except OSError:
            return ""

    try:
        bound = (entry / "driver").readlink().name
    except OSError:  # no driver, or the card went away
        bound = ""
    return PciDevice(entry.name, number("vendor"), number("device"), number("class")[:4], bound)
