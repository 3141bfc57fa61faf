"""What differs between the systems that images are made of: how packages are installed, and what they are called."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from yoloport.platforms.schema import Base


@dataclass(frozen=True)
class System:
    """A family of distributions.

    Args:
        install: the beginning of a step that installs the packages behind it.
        clean: what takes lists and caches away again, where the layer is left behind.
        leave_out: the same where it is kept: also logs, documents, languages, the machine's SSH keys.
        tools: packages that a build needs and an image does not.
        python: packages with the system's Python and its venv, for a base that has no Python.
        python_kept: the same in the finished image.
        kept: packages of a workspace.
        init: name and words of the first process.
        init_wheel: whether the init comes as a wheel, since the system has no package for it that is known to be there.
        names: the module of libc that reads a name for any uid from ``/var/lib/extrausers``.
        name_links: steps that bring that module to that folder, and a proof that it reads there.
        certificates: the system's file of certificates, over which those of the machine are laid for a step.
        about: a comment on init and names.
        sources: what the mirror takes the place of: a folder, names of files, an extended regular expression.
        mirror_folder: below the mirror's root; empty where the expression keeps the folder.
        no_other: a further expression for ``sed``, which takes other ways to a package away.
    """

    install: str
    clean: str
    leave_out: str
    tools: tuple[str, ...]
    python: tuple[str, ...]
    python_kept: tuple[str, ...]
    kept: tuple[str, ...]
    init: tuple[str, ...]
    init_wheel: bool
    names: str
    name_links: str
    certificates: str
    about: str
    sources: tuple[str, str, str]
    mirror_folder: str
    no_other: str = ""


APT = System(
    install="apt-get update -q \\\n && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends",
    clean="rm -rf /var/lib/apt/lists/* /var/cache/apt",
    leave_out="rm -rf /var/lib/apt/lists/* /var/cache/apt /var/cache/ldconfig /var/cache/debconf/*-old",
    tools=("binutils", "ca-certificates"),
    python=("python3", "python3-venv"),
    python_kept=("python3",),
    kept=(
        "ca-certificates", "fonts-dejavu-core", "git", "libnss-extrausers", "openssh-client", "openssh-server",
        "procps", "tini", "vim-tiny",
    ),
    init=("tini", "--"),
    init_wheel=False,
    names="extrausers",
    name_links="",
    certificates="/etc/ssl/certs/ca-certificates.crt",
    about="tini: reaps processes and passes signals. libnss-extrausers: a name for whatever uid the container is "
    "started with.",
    sources=(
        "/etc/apt", "/etc/apt/sources.list*",
        r"https?://(deb\.debian|archive\.ubuntu|security\.ubuntu|ports\.ubuntu)\.(org|com)",
    ),
    mirror_folder="",
)  # fmt: skip
# openEuler 24.03. Sources, read 2026-11-28: packages of its branches in openeuler-mirror/community @3716acb2,
# sig/*/src-openeuler (24.03-LTS has nss-altfiles, and tini is on no branch but master); the bases' own Dockerfiles,
# as the catalogue names them; python3-3.11.6-2.oe2403 requires python-pip-wheel, so its venv has pip.
# nss-altfiles 2.18.1 and 2.23.0 were tried with these links on Debian's libc. dumb-init has wheels for both machines.
# No font: the name of that package was not found, and matplotlib brings DejaVu.
DNF = System(
    install="dnf install -q -y --setopt=install_weak_deps=False --nodocs",
    clean="dnf clean all && rm -rf /var/cache/dnf",
    leave_out="dnf clean all && rm -rf /var/cache/dnf /var/cache/yum /var/cache/ldconfig",
    tools=("binutils", "ca-certificates", "findutils"),
    python=("python3", "python3-pip"),
    python_kept=("python3",),
    kept=("ca-certificates", "git", "nss-altfiles", "openssh-clients", "openssh-server", "procps-ng", "vim-minimal"),
    init=("dumb-init", "--single-child", "--"),
    init_wheel=True,
    names="altfiles",
    name_links="ln -sf /var/lib/extrausers/passwd /var/lib/extrausers/group /usr/lib/ \\\n"
    " && echo 'probe:x:54321:100::/:/bin/sh' > /var/lib/extrausers/passwd && id probe && rm /var/lib/extrausers/passwd",
    certificates="/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    about="dumb-init, a package of the environment: reaps processes and passes signals. nss-altfiles, which reads\n"
    "# /usr/lib/passwd: a name for whatever uid the container is started with.",
    sources=("/etc/yum.repos.d", "*.repo", r"https?://repo\.openeuler\.org"),
    mirror_folder="/openeuler",
    no_other=" -e '/^metalink=/d'",
)
FAMILIES = {"debian": APT, "ubuntu": APT, "openeuler": DNF}
"""By what a base is made of, as the catalogue says it."""


def system_of(base: Base) -> System:
    """The family of a base that can be built on."""
    return FAMILIES[base.os]


def from_mirror(system: System, address: str) -> str:
    """The beginning of a step that takes the distribution's packages from a mirror, by http: no certificates yet."""
    if not address:
        return ""
    plain = address.replace("https://", "http://", 1).rstrip("/") + system.mirror_folder
    folder, name, usual = system.sources
    by = "-path" if "/" in name else "-name"
    script = shlex.quote(f"s#{usual}#{plain}#") if not system.no_other else f"-e {shlex.quote(f's#{usual}#{plain}#')}"
    return f"find {folder} {by} '{name}' -type f -exec sed -i -E {script}{system.no_other} {{}} + \\\n && "
