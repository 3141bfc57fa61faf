from __future__ import annotations

import pytest

from doctor.cases import ACME, FAMILY, PLAIN, RIVAL, case, inside, node, pci, with_cards
from doctor.general.tables import Fires, Silent, assert_fires, assert_silent, params
from yoloport.host.facts import Cpu

NODE = {"nodes": (node("/dev/acme0"),)}
FIRES = [
    Fires("names the card's address and the driver to install", "card-without-driver",
          case(ACME, {"pci": (pci(1, ""), pci(2, ""))}), "blocked",
          says=("2 card(s) of acme", "0000:01:00.0, 0000:02:00.0", "the Acme driver", "lspci -nnk -s 0000:01:00.0")),
    Fires("is a note where another platform was asked for", "card-without-driver",
          case(PLAIN, {"pci": (pci(1, ""),)}, asked=True), "note"),
    Fires("is a warning where another card works", "card-without-driver",
          case(RIVAL, {"pci": (pci(1, ""),), "nodes": (node("/dev/rival0"),)}), "warning"),
    Fires("tells a loaded driver that refused the card from none", "card-without-driver",
          case(ACME, {"pci": (pci(1, ""),)}, {"modules": frozenset({"acme_drv"})}), "blocked", "refused", ("dmesg",)),
    Fires("tells one sick card among others", "card-without-driver",
          case(ACME, {"pci": (pci(1), pci(2, "")), **NODE}), "warning", "some", ("1 card(s)", "0000:02:00.0")),
    Fires("names a display driver that holds the card", "card-with-other-driver",
          case(ACME, {"pci": (pci(1, "freedisplay"),)}), "blocked", says=("freedisplay", "the Acme driver")),
    Fires("tells a card that is kept for a virtual machine", "card-with-other-driver",
          case(ACME, {"pci": (pci(1, "vfio-pci"),)}), "blocked", "reserved", ("vfio-pci",)),
    Fires("does not mind one card for a virtual machine beside one that works", "card-with-other-driver",
          case(ACME, {"pci": (pci(1), pci(2, "vfio-pci")), **NODE}), "note", "reserved"),
    Fires("says that a loaded driver made no nodes", "driver-without-nodes",
          case(ACME, {"pci": (pci(1),)}, {"modules": frozenset({"acme_drv"})}), "blocked", says=("/dev/acme[0-9]*",)),
    Fires("says so of a board too", "driver-without-nodes",
          case(ACME, {"compatible": ("acme,board", "x,y")}, {"modules": frozenset({"acme_drv"})}), "blocked"),
    Fires("says in a container that the nodes were not given, where the card was asked for", "driver-without-nodes",
          case(ACME, {"pci": (pci(1),)}, inside(), asked=True), "blocked", "container", ("yoloport up",)),
    Fires("is a note in a container that did not ask for the card", "driver-without-nodes",
          case(PLAIN, {"pci": (pci(1),)}, inside()), "note", "container"),
    Fires("says of a display card what it is for", "companion-card",
          case(PLAIN, {"pci": (pci(1, "", device="00ff"),)}), "note", says=("Acme View", "0000:01:00.0")),
    Fires("reminds of the card when the processor was asked for", "card-not-used",
          with_cards(PLAIN, asked=True), "note", says=("--platform acme",)),
    Fires("says that nothing of the platform is here", "platform-not-here",
          case(ACME, asked=True), "blocked", says=("/dev/acme[0-9]*", "1abc")),
    Fires("sends the user of a container to the machine", "platform-not-here",
          case(ACME, around=inside(), asked=True), "blocked", "container"),
    Fires("says that the processor is another", "processor-of-another-family",
          case(FAMILY, asked=True), "warning", says=("A server's processor",)),
    Fires("says what the platform's software exists for", "architecture-does-not-fit",
          case(RIVAL, {"architecture": "aarch64", "nodes": (node("/dev/rival0"),)}), "blocked", says=("x86_64",
          "aarch64")),
    Fires("says which architectures are known where none fits", "architecture-does-not-fit",
          case(None, {"architecture": "riscv64"}), "blocked", "none", ("riscv64", "aarch64, x86_64")),
]  # fmt: skip
SILENT = [
    Silent("nothing on a card that has its driver", "card-without-driver", with_cards()),
    Silent("nothing on a function of another maker", "card-without-driver", case(PLAIN, {"pci": (pci(1, "", "8086"),
           )})),
    Silent("nothing where the nodes work and the driver does not register on the bus", "card-without-driver",
           case(ACME, {"pci": (pci(1, ""),), **NODE})),
    Silent("nothing on a driver whose own name differs while its module is loaded", "card-with-other-driver",
           case(ACME, {"pci": (pci(1, "acme_pci"),)}, {"modules": frozenset({"acme_drv"})})),
    Silent("nothing where the folder does not say what the driver is called", "card-with-other-driver",
           case(RIVAL, {"pci": (pci(1, "something", "2abc"),)})),
    Silent("nothing on a driver written with a hyphen", "card-with-other-driver", case(ACME, {"pci": (pci(1,
           "acme-drv"),)})),
    Silent("nothing while the nodes are there", "driver-without-nodes", with_cards()),
    Silent("nothing on a card held for a virtual machine", "driver-without-nodes", case(ACME, {"pci": (pci(1,
           "vfio-pci"),)})),
    Silent("nothing on a card that another driver holds", "driver-without-nodes", case(ACME, {"pci": (pci(1,
           "freedisplay"),)})),
    Silent("nothing on the accelerator itself", "companion-card", with_cards()),
    Silent("nothing where there is no card", "card-not-used", case(PLAIN, asked=True)),
    Silent("nothing where the processor was not asked for", "card-not-used", with_cards(PLAIN)),
    Silent("nothing where a card lacks its driver: another check speaks", "platform-not-here",
           case(ACME, {"pci": (pci(1, ""),)}, asked=True)),
    Silent("nothing where the platform was not asked for", "platform-not-here", case(ACME)),
    Silent("nothing on the family's own processor", "processor-of-another-family",
           case(FAMILY, {"cpu": Cpu("MakerOne")}, asked=True)),
    Silent("nothing where the processor is not known", "processor-of-another-family", case(FAMILY, {"cpu": Cpu()},
           asked=True)),
    Silent("nothing where it fits", "architecture-does-not-fit", with_cards()),
    Silent("nothing where it is not known", "architecture-does-not-fit", case(None, {"architecture": ""})),
]  # fmt: skip


@pytest.mark.parametrize("row", params(FIRES))
def test_it_speaks(row: Fires):
    assert_fires(row)


@pytest.mark.parametrize("row", params(SILENT))
def test_it_is_silent(row: Silent):
    assert_silent(row)
