from __future__ import annotations

import pytest

from doctor.cases import ACME, ENV, PLAIN, RIVAL, case, node, package, pci, with_cards
from doctor.general.tables import Fires, Silent, assert_fires, assert_silent, params
from yoloport.doctor.check import Case
from yoloport.doctor.general import requirements
from yoloport.host.facts import Package

PLUGIN = package("torch-acme", "2.9.0", "torch==2.9.0")
RIVALS = {"nodes": (node("/dev/rival0"),)}
ARM = {"architecture": "aarch64"}
BROUGHT = ("rivalcorp-blas>=1", "rivalcorp-nn==9", "rival-toolkit", "sympy")
PYTHON = "/home/ann/envs/a/bin/python3.11"


def having(*packages: Package, wanted=ACME, **host: object) -> Case:
    return with_cards(wanted, host, {"packages": packages})


def plain(*packages: Package, wanted=PLAIN, **host: object) -> Case:
    return case(wanted, host, {"packages": packages})


FIRES = [
    Fires("names both versions and the environment", "plugin-and-torch-apart",
          having(PLUGIN, package("torch", "2.15.0")), "blocked", says=("2.9.0", "2.15.0", ENV,
          f"{PYTHON} -m pip install torch==2.9.0")),
    Fires("knows what a star stands for", "plugin-and-torch-apart",
          having(package("torch_acme", "2.14.0", "torch==2.14.0.*"), package("torch", "2.14.1+cpu")), "blocked"),
    Fires("says so of a plug-in whose card is not here", "plugin-and-torch-apart", plain(PLUGIN, package("torch",
          "2.8.0")), "blocked"),
    Fires("names the operator that will be missing", "torch-and-torchvision-apart",
          plain(package("torchvision", "0.24.0", "numpy", "torch==2.9.0"), package("torch", "2.8.0")), "blocked",
          says=("torchvision::nms",)),
    Fires("sees that an install replaced the vendor's", "torchvision-without-label",
          plain(package("torch", "2.7.1+rv.4.3"), package("torchvision", "0.22.1"), wanted=RIVAL), "warning",
          says=("+rv", "rival")),
    Fires("says that all runs on the processor", "torch-without-card",
          having(package("torch", "2.9.0+cpu")), "warning", says=("torch_acme", "acme")),
    Fires("says so of a torch without the vendor's label", "torch-without-card",
          case(RIVAL, RIVALS, {"packages": (package("torch", "2.7.1"),)}), "warning", "label", ("+rv",)),
    Fires("is a note on a plain Arm server", "torch-for-another-accelerator",
          plain(package("torch", "2.15.0", *BROUGHT), **ARM), "note", says=("3 of its libraries", "whl/cpu",
          "torch==2.15.0")),
    Fires("is a warning beside another accelerator", "torch-for-another-accelerator",
          having(package("torch", "2.15.0", *BROUGHT), **ARM), "warning"),
    Fires("keeps the build for servers", "two-opencv",
          plain(package("opencv-python", "4.12"), package("opencv_python_headless", "4.12")), "warning",
          says=("opencv-python opencv-python-headless", "pip install opencv-python-headless")),
    Fires("keeps the extra modules", "two-opencv",
          plain(package("opencv-contrib-python", "4.12"), package("opencv-python", "4.12")), "warning",
          says=("pip install opencv-contrib-python-headless",)),
    Fires("keeps the build for the card", "several-onnxruntime",
          plain(package("onnxruntime", "1.23.0"), package("onnxruntime-acme", "1.22.0")), "warning",
          says=("uninstall -y onnxruntime onnxruntime-acme &&", "pip install onnxruntime-acme==1.22.0")),
    Fires("says that sessions run on the processor", "onnxruntime-without-card",
          having(package("onnxruntime", "1.23.0")), "warning", says=("onnxruntime-acme", "get_available_providers")),
    Fires("names who requires another numpy", "numpy-not-as-required",
          plain(package("torch", "2.1.0", "numpy<2"), package("numpy", "2.3.0")), "warning",
          says=("torch 2.1.0 requires <2", "'numpy<2'")),
    Fires("blocks without an engine", "libc-too-old",
          with_cards(host={"libc": "2.17"}, around={"engines": ()}), "blocked", says=("2.17", "2.28")),
    Fires("sends to the engine that is there", "libc-too-old", with_cards(host={"libc": "2.17"}), "note", "engine",
          ("--engine docker",)),
    Fires("names the Pythons that are tested", "python-without-row",
          having(package("torch", "2.9.0", at=ENV.replace("3.11", "3.8"))), "warning", says=("Python 3.8",
          "3.10 to 3.12")),
]  # fmt: skip
SILENT = [
    Silent("nothing where they belong together", "plugin-and-torch-apart", having(PLUGIN, package("torch",
           "2.9.0+cpu"))),
    Silent("nothing on two environments of which each is right", "plugin-and-torch-apart",
           having(PLUGIN, package("torch", "2.9.0"), package("torch", "2.8.0",
           at="/opt/b/lib/python3.11/site-packages"))),
    Silent("nothing where the metadata say nothing", "plugin-and-torch-apart",
           having(package("torch-acme", "2.9.0"), package("torch", "2.8.0"))),
    Silent("nothing where torch is not there", "plugin-and-torch-apart", having(PLUGIN)),
    Silent("nothing on a pair", "torch-and-torchvision-apart",
           plain(package("torchvision", "0.24.0+cpu", "torch==2.9.0"), package("torch", "2.9.0+cpu"))),
    Silent("nothing on torchvision alone", "torch-and-torchvision-apart", plain(package("torchvision", "0.24.0",
           "torch==2.9.0"))),
    Silent("nothing where both are the vendor's", "torchvision-without-label",
           plain(package("torch", "2.7.1+rv.4.3"), package("torchvision", "0.22.1+rv.4.3"))),
    Silent("nothing on public builds", "torchvision-without-label",
           plain(package("torch", "2.9.0+cpu"), package("torchvision", "0.24.0"))),
    Silent("nothing where one environment has the plug-in", "torch-without-card",
           having(PLUGIN, package("torch", "2.9.0"), package("torch", "2.8.0",
           at="/opt/b/lib/python3.11/site-packages"))),
    Silent("nothing where the card is not usable", "torch-without-card", case(ACME, {"pci": (pci(1, ""),)},
           {"packages": (package("torch", "2.9.0"),)})),
    Silent("nothing where there is no torch at all", "torch-without-card", having(package("numpy", "2.0"))),
    Silent("nothing on x86, where it has always been so", "torch-for-another-accelerator", plain(package("torch",
           "2.15.0", *BROUGHT))),
    Silent("nothing where that accelerator is here", "torch-for-another-accelerator",
           plain(package("torch", "2.15.0", *BROUGHT), **ARM, **RIVALS)),
    Silent("nothing on a build for the processor", "torch-for-another-accelerator", plain(package("torch",
           "2.15.0+cpu", *BROUGHT), **ARM)),
    Silent("nothing on an older one, which requires no such thing", "torch-for-another-accelerator",
           plain(package("torch", "2.10.0", "sympy", "jinja2", "networkx", "fsspec"), **ARM)),
    Silent("nothing on one", "two-opencv", plain(package("opencv-python", "4.12"))),
    Silent("nothing on two environments with one each", "two-opencv",
           plain(package("opencv-python", "4.12"), package("opencv-python-headless", "4.12", at="/opt/b"))),
    Silent("nothing on what stands beside it", "several-onnxruntime",
           plain(package("onnxruntime", "1.23.0"), package("onnxruntime-extensions", "0.14"))),
    Silent("nothing where the card's build is there", "onnxruntime-without-card",
           having(package("onnxruntime", "1.23.0"), package("onnxruntime-acme", "1.22.0"))),
    Silent("nothing where the card has none of its own", "onnxruntime-without-card",
           case(RIVAL, RIVALS, {"packages": (package("onnxruntime", "1.23.0"),)})),
    Silent("nothing where it is met", "numpy-not-as-required",
           plain(package("torch", "2.1.0", "numpy<2"), package("numpy", "1.26.4"))),
    Silent("nothing on the system's own packages without torch", "numpy-not-as-required",
           plain(package("old-thing", "1", "numpy<2"), package("numpy", "2.3.0"))),
    Silent("nothing on a new one", "libc-too-old", with_cards()),
    Silent("nothing where it is not known", "libc-too-old", with_cards(host={"libc": ""})),
    Silent("nothing where a row names none", "libc-too-old",
           with_cards(ACME.model_copy(update={"rows": (*ACME.rows, ACME.rows[0].model_copy(update={"libc": ""}))}),
           {"libc": "2.17"})),
    Silent("nothing on a tested Python", "python-without-row", having(package("torch", "2.9.0"))),
    Silent("nothing where the plug-in is there: the versions are judged as a whole", "python-without-row",
           having(package("torch-acme", "2.9.0", at="/o/lib/python3.8/x"), package("torch", "2.9.0",
           at="/o/lib/python3.8/x"))),
    Silent("nothing in an environment that does not say its Python", "python-without-row",
           having(package("torch", "2.9.0", at="/usr/lib/python3/dist-packages"))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("requires", "version", "wanted"),
    [
        (("torch==2.9.0",), "2.9.0+cpu", ""),
        (("torch==2.9.0",), "2.9.1", "==2.9.0"),
        (("torch (==2.1)",), "2.1.0", ""),
        (("Torch >= 2, < 3",), "3.0", "<3,>=2"),
        (("torchvision==1",), "2.9.0", ""),
        (("torch",), "2.9.0", ""),
        (("this is no requirement", "torch==1"), "2.9.0", "==1"),
        (("torch==2.9.0",), "not a version", ""),
        (("torch>=2.9",), "2.10.0.dev1", ""),
        (("torch===x';reboot",), "2.9.0", ""),
    ],
)
def test_a_requirement_is_read_as_pip_reads_it(requires: tuple[str, ...], version: str, wanted: str):
    assert requirements.unmet(requires, "torch", version) == wanted


def test_a_folder_with_a_foreign_name_cannot_put_a_word_into_a_command():
    place = "/tmp/x;reboot #/lib/python3.11/site-packages"  # noqa: S108  a name, no file
    row = Fires("", "two-opencv", plain(package("opencv-python", "4", at=place), package("opencv-python-headless", "4",
           at=place)),
                "warning", says=("'/tmp/x;reboot #/bin/python3.11' -m pip",))  # fmt: skip
    assert_fires(row)


@pytest.mark.parametrize("row", params(FIRES))
def test_it_speaks(row: Fires):
    assert_fires(row)


@pytest.mark.parametrize("row", params(SILENT))
def test_it_is_silent(row: Silent):
    assert_silent(row)
