"""What the checks of one image share: its containers, its volume and its files, made when first asked for."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from yoloport.host.engine import Engine
from yoloport.image.trial import contents
from yoloport.image.trial.container import ANYBODY, LABEL, LOCKED_DOWN, Container, start
from yoloport.image.trial.problems import WillNotStart
from yoloport.image.trial.subject import Subject
from yoloport.platforms.schema import Platform

_MAKE_KEYS = """
import os, subprocess
os.chmod("/data", 0o700)
for name in ("key", "stranger"):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"/data/{{name}}"], check=True)
for name in (".", *os.listdir("/data")):
    os.chown(f"/data/{{name}}", {owner}, -1)
"""


class Bench:
    """An image, an engine, and what was started.

    Args:
        engine: that has the image.
        subject: the image.
        platform: that it is for.
        device: options of the engine that hand the accelerator over; empty without one.
        with_device: whether it is to be found working on the accelerator.
        budget: bytes that it may have unpacked; 0 for no budget.
        patience: seconds that a start may take, more where it is emulated.
    """

    def __init__(
        self, engine: Engine, subject: Subject, platform: Platform, device: tuple[str, ...] = (),
        with_device: bool = False, budget: int = 0, patience: float = 120,
    ) -> None:  # fmt: skip
        self.engine, self.subject, self.platform = engine, subject, platform
        self.device, self.with_device, self.budget, self.patience = device, with_device, budget, patience
        self._volumes: list[str] = []
        self._containers: dict[str, Container] = {}
        self._files: tuple[contents.Entry, ...] | None = None

    @property
    def computes(self) -> bool:
        """Whether what the image is for can be done here: its accelerator is there, or it needs none."""
        return self.with_device or self.platform.kind == "processor"

    @property
    def options(self) -> tuple[str, ...]:
        """What every container that has to run is given: the accelerator, or leave to do without it."""
        if self.computes:
            return self.device
        return ("--env", "YOLOPORT_REQUIRE=off")

    def as_typed(self) -> Container:
        """A workspace as a user starts it: ports published, a new volume, everything else as the image says."""
        if "as typed" not in self._containers:
            owner = self.subject.user.split(":")[0]
            options = ["--publish", "127.0.0.1::8888", "--publish", "127.0.0.1::2222", *self._with_keys(int(owner))]
            self._containers["as typed"] = self.start(*options, *self.options)
        return self._containers["as typed"]

    def locked_down(self) -> Container:
        """A workspace without network and privileges, for a user that the image does not know, who owns the volume."""
        if "locked down" not in self._containers:
            # The one folder of the system that a name for the user is written to.
            options = ["--tmpfs", "/var/lib/extrausers:mode=1777", *self._with_keys(ANYBODY)]
            self._containers["locked down"] = self.start(*LOCKED_DOWN, *options, *self.options)
        return self._containers["locked down"]

    def of_anybody(self) -> tuple[str, ...]:
        """A new volume that belongs to the unknown user."""
        volume = self._volume()
        self._as_root(volume, f"import os; os.chown('/data', {ANYBODY}, 0); os.chmod('/data', 0o700)")
        return ("--volume", f"{volume}:/data")

    def _with_keys(self, owner: int) -> tuple[str, ...]:
        """A new volume of this user with two keys for SSH in it, one of them allowed."""
        volume = self._volume()
        # As root: ssh-keygen refuses to work for a user without a name, which the image's has only once it runs.
        self._as_root(volume, _MAKE_KEYS.format(owner=owner))
        return ("--volume", f"{volume}:/data", "--env", "YOLOPORT_AUTHORIZED_KEYS=/data/key.pub")

    def start(self, *options: str, words: tuple[str, ...] = ()) -> Container:
        """Another container, removed with the rest."""
        made = start(self.engine, self.subject, options, words)
        self._containers[made.id] = made
        return made

    def files(self) -> tuple[contents.Entry, ...]:
        """Everything that lies in the image."""
        if self._files is None:
            self._files = contents.listed(self.engine, self.subject)
        return self._files

    def close(self) -> None:
        """Remove everything that was made."""
        for made in {one.id: one for one in self._containers.values()}.values():
            made.remove()
        for volume in self._volumes:
            subprocess.run([self.engine.client, "volume", "rm", "--force", volume], capture_output=True, check=False)

    def _volume(self) -> str:
        name = f"yoloport-test-{uuid.uuid4().hex[:12]}"
        argv = [self.engine.client, "volume", "create", "--label", LABEL, name]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if done.returncode:
            raise WillNotStart(self.subject.reference, done.stderr.strip())
        self._volumes.append(name)
        return name

    def _as_root(self, volume: str, script: str) -> None:
        self._run(volume, script, ("--user", "0:0"))

    def _run(self, volume: str, script: str, options: tuple[str, ...]) -> None:
        words = ("--network", "none", "--volume", f"{volume}:/data", "--entrypoint", "python3", *options)
        made = self.start(*words, words=("-c", script))
        if made.ended(self.patience):
            raise WillNotStart(self.subject.reference, (made.logs().strip().splitlines() or ["it did not end"])[-1])


@contextmanager
def opened(bench: Bench) -> Iterator[Bench]:
    """The bench; cleared when the block ends, also by Ctrl-C."""
    try:
        yield bench
    finally:
        bench.close()
