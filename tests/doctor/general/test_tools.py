from __future__ import annotations

import pytest

from doctor.cases import ACME, PLAIN, RIVAL, answer, card, case, inside, node, with_cards
from doctor.general.tables import Fires, Silent, assert_fires, assert_silent, params
from yoloport.host.facts import NotUnderstood

MORE = ("acme-smi", "more")
ODD = (("acme", answer("a table of 2031"), NotUnderstood("no header", "a table of 2031")),)
FIRES = [
    Fires("is a note that the tool was not found", "tool-missing", with_cards(around={"answers": ()}), "note",
          says=("acme-smi",)),
    Fires("says that the tool hangs, and keeps what it had said", "tool-silent",
          with_cards(around={"answers": (answer("half a ta", None, "timeout"),)}), "warning", says=("acme-smi info",
          "half a ta")),
    Fires("says once that it hangs, however many questions were put", "tool-silent",
          with_cards(around={"answers": (answer("", None, "timeout"), answer("", None, "timeout", MORE))}), "warning"),
    Fires("says why the tool failed", "tool-failed",
          with_cards(around={"answers": (answer("no permission", 255),)}), "warning", says=("exit code 255",
          "no permission")),
    Fires("says that the tool could not be run", "tool-failed",
          with_cards(around={"answers": (answer("", None, "refused"),)}), "warning", says=("refused",)),
    Fires("keeps the text that was not understood", "tool-not-understood",
          with_cards(misread=ODD), "warning", says=("a table of 2031", "no header", "--snapshot")),
    Fires("sees a card that the tool no longer lists", "tool-and-nodes-differ",
          with_cards(cards={"acme": (card(0),)}), "warning", says=("lists 1 card", "2 node(s)")),
    Fires("sees that the tool lists none at all", "tool-and-nodes-differ", with_cards(cards={"acme": ()}), "warning"),
    Fires("is a note in a container, where the tool may list the whole machine", "tool-and-nodes-differ",
          with_cards(around=inside(), cards={"acme": (card(0), card(1), card(2))}), "note"),
    Fires("passes on what the tool says of a card's health", "card-unhealthy",
          with_cards(cards={"acme": (card(0, health="OK"), card(1, health="Alarm", bus="0000:02:00.0"))}), "warning",
          says=("card 1 of acme", "Alarm", "0000:02:00.0", "acme-smi info")),
    Fires("says that others have the card's memory", "card-memory-full",
          with_cards(cards={"acme": (card(0, memory_used_mb=95, memory_total_mb=100),)}), "warning",
          says=("95 of 100 MB", "95 %")),
]  # fmt: skip
SILENT = [
    Silent("nothing where it answered", "tool-missing", with_cards()),
    Silent("nothing on tools of cards that are not here", "tool-missing", case(PLAIN)),
    Silent("nothing on a tool that answered", "tool-silent", with_cards()),
    Silent("nothing on a namesake of a card that is not here", "tool-silent",
           case(RIVAL, around={"answers": (answer("", None, "timeout"),)})),
    Silent("nothing where one of its questions was answered", "tool-failed",
           with_cards(around={"answers": (answer("cards"), answer("unknown option", 1, argv=MORE))})),
    Silent("nothing where the nodes may not be opened: another check speaks", "tool-failed",
           with_cards(host={"nodes": (node("/dev/acme0", 44, 0o660),)}, around={"answers": (answer("no", 255),)})),
    Silent("nothing where there are no nodes: another check speaks", "tool-failed",
           with_cards(host={"nodes": ()}, around={"answers": (answer("no", 255),)})),
    Silent("nothing on a tool that hangs: another check speaks", "tool-failed",
           with_cards(around={"answers": (answer("", None, "timeout"),)})),
    Silent("nothing where all was understood", "tool-not-understood", with_cards()),
    Silent("nothing where both agree", "tool-and-nodes-differ", with_cards(cards={"acme": (card(0), card(1))})),
    Silent("nothing where the tool was not asked", "tool-and-nodes-differ", with_cards()),
    Silent("nothing on cards that are well", "card-unhealthy",
           with_cards(cards={"acme": tuple(card(n, health=h) for n, h in enumerate(("", "OK", "ok ", "Normal",
           "Active")))})),
    Silent("nothing on the cards of a platform that is not wanted", "card-unhealthy",
           with_cards(PLAIN, cards={"acme": (card(0, health="Alarm"),)})),
    Silent("nothing on a card with room", "card-memory-full",
           with_cards(ACME, cards={"acme": (card(0, memory_used_mb=50, memory_total_mb=100),)})),
    Silent("nothing where it is not known", "card-memory-full",
           with_cards(cards={"acme": (card(0), card(1, memory_used_mb=5), card(2, memory_used_mb=0,
           memory_total_mb=0))})),
]  # fmt: skip


@pytest.mark.parametrize("row", params(FIRES))
def test_it_speaks(row: Fires):
    assert_fires(row)


@pytest.mark.parametrize("row", params(SILENT))
def test_it_is_silent(row: Silent):
    assert_silent(row)
