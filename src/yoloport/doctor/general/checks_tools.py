"""What the vendor's tool says, and whether it says anything."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from yoloport.doctor.check import Case, Found, Level, Look
from yoloport.doctor.general.checks_nodes import may_open
from yoloport.doctor.general.there import accelerators, card_nodes, listed, on_the_bus, usable
from yoloport.host.facts import Answer, Card
from yoloport.platforms.schema import Platform

HEALTHY = frozenset(("", "ok", "normal", "healthy", "good", "available", "active", "na", "n/a", "-", "--", "0"))
FULL = 0.9
LONGEST = 4000


def tool_missing(case: Case) -> Iterator[Found]:
    """The cards' nodes are there, and the program that reads their state is not."""
    for platform in accelerators(case):
        if platform.tool and platform.tool.queries and usable(platform, case.host) and not _answers(platform, case):
            yield Found({"platform": platform.name, "tool": platform.tool.name})


def tool_silent(case: Case) -> Iterator[Found]:
    """The tool did not end in time: most often the driver hangs on a card."""
    for platform, answers in _asked(case):
        for answer in answers:
            if answer.fault == "timeout":
                yield Found(_values(platform, answer), raw=answer.text[:LONGEST])
                break


def tool_failed(case: Case) -> Iterator[Found]:
    """The tool answered none of its questions."""
    for platform, answers in _asked(case):
        failed = [answer for answer in answers if answer.fault != "timeout" and not answer.ok]
        # Without nodes, or without the right to open them, it cannot but fail: other checks speak of that.
        nodes = card_nodes(platform, case.host)
        reachable = nodes and all(may_open(node, case.around.caller) for node in nodes)
        if reachable and failed and len(failed) == len(answers):
            why = failed[0].fault or f"exit code {failed[0].code}"
            yield Found({**_values(platform, failed[0]), "why": why}, raw=failed[0].text[:LONGEST])


def tool_not_understood(case: Case) -> Iterator[Found]:
    """The tool answered in a form that its parser does not know."""
    for name, answer, error in case.misread:
        values = {"platform": name, "tool": answer.argv[0], "question": answer.argv, "why": error.why}
        yield Found(values, raw=(error.text or answer.text)[:LONGEST])


def tool_and_nodes_differ(case: Case) -> Iterator[Found]:
    """The tool lists another number of cards than there are nodes."""
    for platform in accelerators(case):
        if platform.name not in case.cards or "{physical}" not in platform.container.card:
            continue
        pattern = platform.container.card.split(":")[0].replace("{physical}", "[0-9]*")
        nodes = [node.path for node in card_nodes(platform, case.host) if fnmatchcase(node.path, pattern)]
        cards = case.cards[platform.name]
        if nodes and len(cards) != len(nodes):
            # A tool in a container may well list the cards of the whole machine.
            level: Level | None = "note" if case.around.container and len(cards) > len(nodes) else None
            values = {"platform": platform.name, "tool": platform.tool.name if platform.tool else ""}
            yield Found({**values, "listed": len(cards), "there": len(nodes), "nodes": listed(nodes)}, level)


def card_unhealthy(case: Case) -> Iterator[Found]:
    """The tool says of a card that it is not well."""
    for card in _cards(case):
        if card.health.strip().lower() not in HEALTHY:
            yield Found({**_card_values(card, case), "health": card.health})


def card_memory_full(case: Case) -> Iterator[Found]:
    """Nearly all memory of a card is taken before anything of ours runs."""
    for card in _cards(case):
        used, total = card.memory_used_mb, card.memory_total_mb
        if used is not None and total and used / total > FULL:
            yield Found(
                {**_card_values(card, case), "used": used, "total": total, "percent": round(100 * used / total)}
            )


def _asked(case: Case) -> Iterator[tuple[Platform, tuple[Answer, ...]]]:
    """Platforms of which something is here, with what their tool was asked and said; others' tools do not matter."""
    for platform in accelerators(case):
        answers = _answers(platform, case)
        if answers and (card_nodes(platform, case.host) or on_the_bus(platform, case.host)):
            yield platform, answers


def _answers(platform: Platform, case: Case) -> tuple[Answer, ...]:
    queries = platform.tool.queries if platform.tool else ()
    return tuple(answer for answer in case.around.answers if answer.argv in queries and answer.fault != "missing")


def _values(platform: Platform, answer: Answer) -> dict[str, object]:
    return {"platform": platform.name, "tool": answer.argv[0], "question": answer.argv}


def _cards(case: Case) -> Iterator[Card]:
    """Of the wanted platform, or where none is, of all."""
    only = case.wanted.name if case.wanted else ""
    return (card for name, cards in case.cards.items() if not only or name == only for card in cards)


def _card_values(card: Card, case: Case) -> dict[str, object]:
    number = card.order if card.physical is None else card.physical
    tool = case.platforms[card.platform].tool if card.platform in case.platforms else None
    question = tool.queries[0] if tool and tool.queries else ()
    return {"platform": card.platform, "card": number, "name": card.name, "bus": card.bus or "?", "question": question}


CHECKS: dict[str, Look] = {
    "tool-missing": tool_missing,
    "tool-silent": tool_silent,
    "tool-failed": tool_failed,
    "tool-not-understood": tool_not_understood,
    "tool-and-nodes-differ": tool_and_nodes_differ,
    "card-unhealthy": card_unhealthy,
    "card-memory-full": card_memory_full,
}
