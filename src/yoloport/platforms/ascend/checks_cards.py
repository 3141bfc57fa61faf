"""Checks of the cards themselves: nodes, groups, the driver's files, what containers hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.questions import listed, nodes, paths, variable

NAME = "ascend"
CARDS = "/dev/davinci[0-9]*"
TOOL = ("npu-smi",)
DRIVER = (
    "/usr/local/Ascend/driver/lib64/libascend_hal.so",
    "/usr/local/Ascend/driver/lib64/driver/libascend_hal.so",
    "/usr/lib64/libascend_hal.so",
    "/home/data/miniD/driver/lib64/libascend_hal.so",
)
RANK_TABLE = "/etc/hccl_rootinfo.json"


def driver_not_mounted(case: Case) -> Iterator[Found]:
    """In a container that has the nodes, and not the libraries that belong to the driver on the host."""
    if case.around.container and nodes(case, CARDS) and not paths(case, *DRIVER):
        cards = nodes(case, CARDS)
        more = f" (+{len(cards) - 1})" if len(cards) > 1 else ""
        yield Found({"nodes": f"{cards[0].path}{more}"})


def small_board(case: Case) -> bool:
    """Whether this is a 310B board: by its own nodes, or by the name that the tool prints."""
    named = any(card.name.removeprefix("Ascend").startswith("310B") for card in case.cards.get(NAME, ()))
    return named or bool(nodes(case, "/dev/davinci_manager_docker")) or _board_nodes(case)


def _board_nodes(case: Case) -> bool:
    return bool(nodes(case, "/dev/svm0") and nodes(case, "/dev/ts_aisle"))


def server_nodes_on_board(case: Case) -> Iterator[Found]:
    """A container that was given nodes of the server cards, though this board does not have them."""
    if not small_board(case):
        return
    foreign = {path for engine in case.around.engines for _, held in engine.containers for path in held}
    for path in sorted(foreign & {"/dev/devmm_svm", "/dev/hisi_hdc"}):
        if not case.host.node(path):
            yield Found({"node": path})


def board_alarm(case: Case) -> Iterator[Found]:
    """310B boards report an alarm in normal use."""
    for card in case.cards.get(NAME, ()):
        if card.name.removeprefix("Ascend").startswith("310B") and card.health.lower() in ("alarm", "warning"):
            number = card.physical if card.physical is not None else card.order
            yield Found({"card": number, "name": card.name, "health": card.health})


def board_links(case: Case) -> Iterator[Found]:
    """The vendor's container runtime refuses links unless it is told, and a 310B board's files are links."""
    if small_board(case) and variable(case, "ASCEND_ALLOW_LINK").lower() != "true":
        for engine in case.around.engines:
            if NAME in (engine.default_runtime, *engine.runtimes):
                yield Found({"engine": engine.name})


def compatibility(case: Case) -> Iterator[Found]:
    """The board information says itself that driver and firmware do not go together."""
    for answer in case.around.answers:
        if answer.argv[:1] == TOOL and re.search(r"Compatibility\s*:\s*NOK", answer.text):
            said = {key: _field(answer.text, key) for key in ("Software Version", "Firmware Version")}
            values = {"driver": said["Software Version"], "firmware": said["Firmware Version"]}
            yield Found(values, raw=answer.text)


def _field(text: str, key: str) -> str:
    found = re.search(rf"^\W{{0,9}}{key}[ \t]*:[ \t]*(\S+)", text, re.MULTILINE)
    return found[1] if found else "?"


def root_without_override(case: Case) -> Iterator[Found]:
    """Root in a container without the capability to pass over modes, on nodes of another owner."""
    caller = case.around.caller
    if not case.around.container or caller.uid != 0 or caller.capabilities is None:
        return
    closed = [n for n in nodes(case, CARDS) if n.uid != 0 and n.gid not in caller.groups and n.mode & 0o6 != 0o6]
    if closed and "DAC_OVERRIDE" not in caller.capabilities:
        yield Found({"node": closed[0].path, "gid": closed[0].gid})


def held_by_containers(case: Case) -> Iterator[Found]:
    """The driver gives a card to one container at a time, unless the card is told to share."""
    held = Counter(
        path
        for engine in case.around.engines
        for _, given in engine.containers
        for path in {path for path in given if re.fullmatch(r"/dev/davinci\d+", path)}
    )
    for path, count in sorted(held.items()):
        if count > 1:
            yield Found({"node": path, "count": count})


def old_rank_table(case: Case) -> Iterator[Found]:
    """Newest cards read a file of the older ones, and refuse its version."""
    newest = [c.name for c in case.cards.get(NAME, ()) if c.name.removeprefix("Ascend").startswith("950")]
    text = case.around.texts.get(RANK_TABLE, "")
    said = re.search(r'"version"\s*:\s*"([\d.]+)"', text)
    if newest and said and not said[1].startswith("2"):
        yield Found({"version": said[1], "file": RANK_TABLE, "cards": listed(sorted(set(newest)))})


CHECKS: dict[str, Look] = {
    "ascend-driver-not-mounted": driver_not_mounted,
    "ascend-server-nodes-on-board": server_nodes_on_board,
    "ascend-board-alarm": board_alarm,
    "ascend-board-links": board_links,
    "ascend-compatibility": compatibility,
    "ascend-root-without-override": root_without_override,
    "ascend-held-by-containers": held_by_containers,
    "ascend-old-rank-table": old_rank_table,
}
