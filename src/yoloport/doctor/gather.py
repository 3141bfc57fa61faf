"""Ask a machine everything that the checks want to know, once."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from yoloport.doctor.catalogue import module
from yoloport.doctor.check import Case
from yoloport.host.ask import Machine
from yoloport.host.facts import Answer, Card, Host, NotUnderstood, Surroundings
from yoloport.host.machine import probe
from yoloport.host.survey import survey
from yoloport.platforms import choose
from yoloport.platforms.load import UnknownPlatform, folder_of, load_all, sought
from yoloport.platforms.schema import Platform


def gather(machine: Machine, asked: str = "auto", image: str = "") -> Case:
    """The case of a machine.

    Args:
        machine: this one, or a recorded one.
        asked: the platform the user means; ``auto`` finds out.
        image: an image to ask the engines about; empty for none.

    Raises:
        UnknownPlatform: no platform of that name.
    """
    platforms = load_all()
    wanted = sought(platforms)
    host = probe(machine, wanted)
    around = survey(machine, host, wanted, image, _cache(machine))
    listed, misread = read_tools(platforms, around)
    return Case(
        host=host,
        around=around,
        platforms={platform.name: platform for platform in platforms},
        wanted=_wanted(platforms, host, asked),
        asked=asked != "auto",
        image=image,
        cards=listed,
        misread=misread,
    )


def _cache(machine: Machine) -> str:
    """Where yoloport's own environments lie there: as ``host.folders`` has it, by that machine's variables."""
    named, home = machine.variable("YOLOPORT_CACHE"), machine.values().home
    general = machine.variable("XDG_CACHE_HOME") or (f"{home}/.cache" if home else "")
    return named or (f"{general}/yoloport" if general else "")


def _wanted(platforms: Sequence[Platform], host: Host, asked: str) -> Platform | None:
    if asked != "auto":
        found = next((platform for platform in platforms if platform.name == asked), None)
        if found is None:
            raise UnknownPlatform(asked, tuple(sorted(platform.name for platform in platforms)))
        return found
    try:
        return choose.choose(platforms, host).platform
    except choose.AcceleratorNotUsable as unusable:
        return next(platform for platform in platforms if platform.name == unusable.platform)
    except choose.WrongArchitecture:
        return None


def read_tools(
    platforms: Sequence[Platform], around: Surroundings
) -> tuple[Mapping[str, tuple[Card, ...]], tuple[tuple[str, Answer, NotUnderstood], ...]]:
    """Cards by platform as the vendors' tools list them, and the answers that no parser understood."""
    cards: dict[str, tuple[Card, ...]] = {}
    misread: list[tuple[str, Answer, NotUnderstood]] = []
    for platform in platforms:
        parser = folder_of(platform.name) / "tool.py"
        asked = platform.tool.queries if platform.tool else ()
        answers = tuple(answer for answer in around.answers if answer.argv in asked and answer.ok)
        if not answers or not parser.is_file():
            continue
        try:
            cards[platform.name] = module(parser, platform.name).cards(answers)
        except Exception as failure:  # noqa: BLE001  a parser's own fault must not silence what others say
            error = failure if isinstance(failure, NotUnderstood) else NotUnderstood(repr(failure), "")
            answer = next((one for one in answers if one.text == error.text), answers[0])
            misread.append((platform.name, dataclasses.replace(answer, text=answer.text[:4000]), error))
    return cards, tuple(misread)
