"""Environment variables that hide cards or libraries."""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.general.there import known, listed, usable
from yoloport.platforms.choose import cards
from yoloport.platforms.schema import Platform


def library_path_without_toolkit(case: Case) -> Iterator[Found]:
    """In a container: LD_LIBRARY_PATH was set anew, and the image's entry for the toolkit is gone."""
    platform = case.wanted
    path = case.around.environment.get("LD_LIBRARY_PATH", "")
    if platform is None or platform.toolkit is None or not case.around.container or not path:
        return
    folders = _folders(platform)
    if platform.toolkit.name in case.host.toolkits and folders and not any(folder in path for folder in folders):
        yield Found({"path": path, "toolkit": platform.toolkit.name, "folder": folders[0], "platform": platform.name})


def _folders(platform: Platform) -> list[str]:
    """Where the toolkit lies: what its version files have in common, or each one's own folder."""
    files = [os.path.dirname(file) for file in known(platform.toolkit.files)] if platform.toolkit else []  # noqa: PTH120
    common = os.path.commonpath(files) if files else ""
    return [common] if common.count("/") >= 2 else sorted({"/".join(file.split("/")[:4]) for file in files})


def autoload_off(case: Case) -> Iterator[Found]:
    """torch does not load the plug-in by itself; the image was built with this switch and kept it."""
    platform = case.wanted
    if case.around.environment.get("TORCH_DEVICE_BACKEND_AUTOLOAD") == "0" and platform and platform.torch.plugin:
        module = platform.torch.module or platform.torch.plugin.replace("-", "_")
        yield Found({"platform": platform.name, "module": module})


def cards_hidden(case: Case) -> Iterator[Found]:
    """The visibility variable is there and empty, or -1: no card is seen."""
    for name, value in _visibility(case):
        if value.strip() in ("", "-1"):
            yield Found({"variable": name, "platform": case.wanted.name if case.wanted else ""})


def card_not_there(case: Case) -> Iterator[Found]:
    """The visibility variable names a card that the machine does not have.

    Not asked inside a container: there, some libraries count the machine's cards, and some the container's.
    """
    if case.wanted is None or case.around.container:
        return
    number = len(cards(case.wanted.match, case.host))
    for name, value in _visibility(case):
        beyond = [index for index in _indices(value) if index >= number]
        if number and beyond:
            values = {"variable": name, "value": value, "beyond": listed(beyond), "last": number - 1}
            yield Found({**values, "count": number, "platform": case.wanted.name})


def only_runtime_knows_card(case: Case) -> Iterator[Found]:
    """In a container with cards other than the first: the runtime was told which, the library was not."""
    platform = case.wanted
    if platform is None or not case.around.container or not platform.container.visibility:
        return
    container = platform.container
    if container.visibility in case.around.environment or container.visibility in (
        container.runtime_env,
        *container.runtime_env_also,
    ):
        return
    for name in known((container.runtime_env, *container.runtime_env_also)):
        indices = _indices(case.around.environment.get(name, ""))
        if indices and sorted(indices) != list(range(len(indices))):
            values = {
                "variable": name,
                "value": case.around.environment[name],
                "visibility": container.visibility,
            }
            yield Found({**values, "platform": platform.name})


def _visibility(case: Case) -> Iterator[tuple[str, str]]:
    if case.wanted is None or not usable(case.wanted, case.host):
        return
    container = case.wanted.container
    for name in known((container.visibility, *container.visibility_also)):
        if name in case.around.environment:
            yield name, case.around.environment[name]


def _indices(value: str) -> list[int]:
    """Numbers of a list such as ``0,2-4``; none where it holds anything else, such as names or unique numbers."""
    found: list[int] = []
    for part in value.replace(" ", "").split(","):
        span = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", part)
        if span is None:
            return []
        found += range(int(span[1]), int(span[2] or span[1]) + 1)
    return found


CHECKS: dict[str, Look] = {
    "library-path-without-toolkit": library_path_without_toolkit,
    "autoload-off": autoload_off,
    "cards-hidden": cards_hidden,
    "card-not-there": card_not_there,
    "only-runtime-knows-card": only_runtime_knows_card,
}
