"""Which jobs make, test and release a platform's image: from the catalogue, without a word of any service."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from yoloport import __version__
from yoloport.ci import scripts
from yoloport.ci.problems import BadRegistry
from yoloport.image.base import base
from yoloport.image.mirrors import mirrors
from yoloport.image.recipe import ARCHITECTURES, Wanted, recipe
from yoloport.platforms.schema import Platform

STAGES = ("build", "join", "test", "device", "scan", "sign", "push", "promote")
"""In this order; a stage begins when the one before it has ended well."""
TITLES = {
    "build": "Build",
    "join": "Join the architectures",
    "test": "Test without the chip",
    "device": "Test with the chip",
    "scan": "Scan",
    "sign": "Sign",
    "push": "Push",
    "promote": "Promote",
}
READ, PUSH = ("REGISTRY_READ_USER", "REGISTRY_READ_TOKEN"), ("REGISTRY_PUSH_USER", "REGISTRY_PUSH_TOKEN")
KEY = ("COSIGN_KEY", "COSIGN_PASSWORD")
PUBLIC_KEY = ("COSIGN_PUBLIC_KEY",)
_ENGINE_WORDS = {**{machine: word for word, machine in ARCHITECTURES.items()}, "loongarch64": "loong64"}
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::[0-9]{1,5})?"
_FOLDER = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_LONGEST = 180  # a whole name may have 255 signs (distribution/reference, NameTotalLengthMax), and a tag follows


@dataclass(frozen=True)
class Traits:
    """What a service is like, as far as the jobs depend on it.

    Args:
        keyless: it can vouch for a job to Sigstore, so that no key is needed.
        mirror: word for ``image build --mirror``; empty for the usual places.
        passes_digests: a job can hand a digest to a later one; otherwise that looks the tag up.
    """

    keyless: bool = False
    mirror: str = ""
    passes_digests: bool = True


@dataclass(frozen=True)
class Runner:
    """A machine that a job needs.

    Args:
        label: its label, such as ``yoloport-amd64``, or ``yoloport-PLATFORM`` for one with the chip.
        architecture: as engines call it; empty where any will do.
        own: no service lends such a machine: it has the chip, wheels of the vendor's, or a rare processor.
    """

    label: str
    architecture: str = ""
    own: bool = False


@dataclass(frozen=True)
class Job:
    """One job.

    Args:
        name: unique in the pipeline.
        needs: jobs that must have ended well.
        tools: programs that it needs besides docker with buildx.
        secrets: names of environment variables that hold secrets, or paths of files with them.
        login: beginning of its shell script.
        body: the rest of it.
        gives: variable for the digest that the script leaves in ``$digest``; empty for none.
        takes: variables with digests that earlier jobs gave.
        evidence: folder that is kept; empty for none.
        minutes: after which it is stopped.
        by_hand: a person lets it go on.
    """

    name: str
    stage: str
    needs: tuple[str, ...]
    runner: Runner
    login: str
    body: str
    secrets: tuple[str, ...]
    tools: tuple[str, ...] = ()
    gives: str = ""
    takes: tuple[str, ...] = ()
    evidence: str = ""
    minutes: int = 60
    by_hand: bool = False


@dataclass(frozen=True)
class Pipeline:
    """The jobs for a platform's image, in the order of :data:`STAGES`."""

    platform: Platform
    registry: str
    architectures: tuple[str, ...]
    wheelhouse: bool
    traits: Traits
    jobs: tuple[Job, ...]
    variables: dict[str, str] = field(default_factory=dict)

    def stage(self, name: str) -> tuple[Job, ...]:
        """Its jobs of one stage."""
        return tuple(job for job in self.jobs if job.stage == name)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret, each once."""
        return tuple(dict.fromkeys(name for job in self.jobs for name in job.secrets))

    @property
    def runners(self) -> tuple[Runner, ...]:
        """Every kind of machine, each once."""
        return tuple(dict.fromkeys(job.runner for job in self.jobs))


def require_registry(registry: str) -> None:
    """Refuse what is no host with a folder: it becomes text of shell and YAML.

    Raises:
        BadRegistry: with what is wrong.
    """
    if "://" in registry:
        raise BadRegistry(registry, "is an address; leave the part before the host away")
    if len(registry) > _LONGEST:
        raise BadRegistry(registry[:40] + "…", f"is longer than {_LONGEST} signs")
    host, slash, folder = registry.partition("/")
    if not re.fullmatch(_HOST, host) or not ("." in host or ":" in host or host == "localhost"):
        raise BadRegistry(registry, "does not begin with a registry's host in small letters")
    if slash and not re.fullmatch(rf"{_FOLDER}(?:/{_FOLDER})*", folder):
        raise BadRegistry(registry, "has a folder that no registry takes; a tag or digest does not belong there")


def plan(platform: Platform, registry: str, traits: Traits) -> Pipeline:
    """The jobs for a platform's usual image.

    Args:
        platform: from the catalogue.
        registry: host and folder; empty where the service's variable REGISTRY names them.
        traits: of the service.

    Raises:
        NoBase: no image of the platform can be built.
        BadRegistry: the registry's name cannot be one.
    """
    if registry:
        require_registry(registry)
    chosen = base(platform)
    machines = chosen.architectures or platform.architectures
    wheelhouse = any(_from_wheelhouse(platform, machine) for machine in machines)
    words = tuple(_ENGINE_WORDS[machine] for machine in machines)
    made = Pipeline(platform, registry, words, wheelhouse, traits, (), _variables(platform, registry, traits))
    builds = tuple(_build(made, word) for word in words)
    joined = _join(made, builds)
    tests = tuple(_test(made, word) for word in words)
    tested = tests if platform.match.always else (*tests, _device(made, tests))
    released = _release(made, tested[-1:] if len(tested) > len(tests) else tests)
    return Pipeline(platform, registry, words, wheelhouse, traits, (*builds, joined, *tested, *released),
                    made.variables)  # fmt: skip


def _variables(platform: Platform, registry: str, traits: Traits) -> dict[str, str]:
    index = mirrors(traits.mirror, platform).packages
    return {
        **({"REGISTRY": registry} if registry else {}),
        "YOLOPORT": f"yoloport=={__version__}",
        **({"PIP_INDEX_URL": index} if index else {}),
    }


def _from_wheelhouse(platform: Platform, machine: str) -> bool:
    made = recipe(Wanted(platform.name, architecture=machine), ask_network=False)
    return made.source.kind == "wheelhouse"


def _digest(architecture: str) -> str:
    return f"DIGEST_{architecture.upper()}"


def _machine(made: Pipeline, architecture: str, own: bool = False) -> Runner:
    return Runner(f"yoloport-{architecture}", architecture, own or architecture not in ARCHITECTURES)


def _build(made: Pipeline, architecture: str) -> Job:
    name = made.platform.name
    body = scripts.build(name, architecture, architecture in ARCHITECTURES, made.traits.mirror, made.wheelhouse)
    return Job(
        f"build-{architecture}", "build", (), _machine(made, architecture, made.wheelhouse),
        scripts.login("PUSH", True), body, PUSH, ("python3",), gives=_digest(architecture), minutes=180,
    )  # fmt: skip


def _join(made: Pipeline, builds: tuple[Job, ...]) -> Job:
    digests = tuple(job.gives for job in builds)
    return Job(
        "join", "join", tuple(job.name for job in builds), _any(made), scripts.login("PUSH", False),
        scripts.join(made.platform.name, digests), PUSH, gives="DIGEST", takes=digests, minutes=15,
    )  # fmt: skip


def _test(made: Pipeline, architecture: str) -> Job:
    out = f"test-{architecture}"
    return Job(
        out, "test", ("join",), _machine(made, architecture), scripts.login("READ", True), scripts.test(out, False),
        READ, ("python3",), takes=("DIGEST",), evidence=out, minutes=90,
    )  # fmt: skip


def _device(made: Pipeline, tests: tuple[Job, ...]) -> Job:
    return Job(
        "test-device", "device", ("join", *(job.name for job in tests)),
        Runner(f"yoloport-{made.platform.name}", own=True), scripts.login("READ", True),
        scripts.test("test-device", True), READ, ("python3",), takes=("DIGEST",), evidence="test-device", minutes=120,
    )  # fmt: skip


def _release(made: Pipeline, tested: tuple[Job, ...]) -> tuple[Job, ...]:
    """From the scan to the platform's tag."""
    name, keyless, where = made.platform.name, made.traits.keyless, _any(made)
    read, write = scripts.login("READ", False), scripts.login("PUSH", False)
    after = ("join", *(job.name for job in tested))
    key, public = ((), ()) if keyless else (KEY, PUBLIC_KEY)
    digest = ("DIGEST",)
    return (
        Job("scan", "scan", after, where, read, scripts.scan(made.architectures), READ, ("grype",), takes=digest),
        Job("sign", "sign", ("join", "scan"), where, write, scripts.sign(keyless), (*PUSH, *key), ("cosign",),
            takes=digest, minutes=15),
        Job("push", "push", ("join", "sign"), where, write, scripts.push(name), PUSH, ("skopeo",), takes=digest),
        Job("promote", "promote", ("join", "push"), where, write, scripts.promote(name, keyless), (*PUSH, *public),
            ("cosign", "skopeo"), takes=digest, minutes=30, by_hand=True),
    )  # fmt: skip


def _any(made: Pipeline) -> Runner:
    """A machine for jobs that only speak to the registry; the first architecture's, of the common ones if there is."""
    common = [word for word in made.architectures if word in ARCHITECTURES]
    return Runner("yoloport-amd64" if not common or "amd64" in common else f"yoloport-{common[0]}",
                  "amd64" if not common or "amd64" in common else common[0])  # fmt: skip
