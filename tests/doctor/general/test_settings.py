from __future__ import annotations

import json

import pytest

from doctor.cases import ACME, PLAIN, RIVAL, answer, case, changed, inside, with_cards
from doctor.general.tables import Fires, Silent, assert_fires, assert_silent, params
from yoloport.doctor.check import Case
from yoloport.platforms.schema import Base

TOOLKIT = {"toolkits": {"ATK": "1.0"}}
IMAGE = "registry.example/some/image:1"


def setting(wanted=ACME, within: bool = False, host: dict[str, object] | None = None, **variables: str) -> Case:
    around = inside(environment=variables) if within else {"environment": variables}
    return with_cards(wanted, host, around)


def image(name: str = IMAGE, told: object = None, code: int = 0, wanted=ACME, **host: object) -> Case:
    text = told if isinstance(told, str) else json.dumps(told)
    asked = answer(text, code, argv=("docker", "image", "inspect", name))
    return with_cards(wanted, host, {"answers": (asked,)}, image=name)


FIRES = [
    Fires("names the folder that is gone", "library-path-without-toolkit",
          setting(within=True, host=TOOLKIT, LD_LIBRARY_PATH="/my/lib"), "warning", says=("/my/lib",
          "/opt/acme/toolkit", "ATK")),
    Fires("names the module that is not loaded", "autoload-off",
          setting(TORCH_DEVICE_BACKEND_AUTOLOAD="0"), "warning", says=("torch_acme", "unset")),
    Fires("sees an empty variable", "cards-hidden", setting(ACME_CARDS=""), "warning", says=("unset ACME_CARDS",)),
    Fires("sees minus one", "cards-hidden", setting(ACME_CARDS="-1"), "warning"),
    Fires("names the number that is too high", "card-not-there",
          setting(ACME_CARDS="0,2"), "warning", says=("names 2", "2 card(s)", "0 to 1")),
    Fires("understands a span", "card-not-there", setting(ACME_CARDS="0-3"), "warning", says=("names 2, 3",)),
    Fires("warns of cards that are not the first", "only-runtime-knows-card",
          setting(within=True, ACME_RUNTIME_CARDS="4,3"), "warning", says=("ACME_RUNTIME_CARDS=4,3",
          "export ACME_CARDS=4,3")),
    Fires("says that both at once cannot be, and names the true base", "image-for-another-platform",
          image("acme-torch:2.0-rival11.7"), "blocked", "impossible", ("rival", "registry.example/acme/base:1")),
    Fires("says whose it is", "image-for-another-platform",
          image("rival/torch:1"), "blocked", says=("made for rival", "registry.example/acme/base:1")),
    Fires("says that no base is known", "image-for-another-platform",
          with_cards(RIVAL, image="acme/torch:1"), "blocked", "unknown", ("vendor",)),
    Fires("says both", "image-for-another-platform",
          with_cards(RIVAL, image="rival-torch:acme2"), "blocked", "impossible-unknown"),
    Fires("names both architectures", "image-of-another-architecture",
          image(told=[{"Architecture": "arm64"}]), "blocked", says=("arm64", "x86_64", "--platform linux/amd64")),
    Fires("says how to get it", "image-not-here",
          image(told="Error: No such image: x", code=1), "warning", says=(f"docker pull {IMAGE}", "docker load")),
    Fires("quotes what is pasted", "image-not-here",
          image("x;reboot", "No such image", 1), "warning", says=("docker pull 'x;reboot'",)),
]  # fmt: skip
SILENT = [
    Silent("nothing where the toolkit is named", "library-path-without-toolkit",
           setting(within=True, host=TOOLKIT, LD_LIBRARY_PATH="/my/lib:/opt/acme/toolkit/lib64")),
    Silent("nothing where it is not set", "library-path-without-toolkit", setting(within=True, host=TOOLKIT)),
    Silent("nothing on the machine itself", "library-path-without-toolkit", setting(host=TOOLKIT,
           LD_LIBRARY_PATH="/my/lib")),
    Silent("nothing where the toolkit is not there", "library-path-without-toolkit", setting(within=True,
           LD_LIBRARY_PATH="/my")),
    Silent("nothing where no plug-in is wanted", "autoload-off", setting(PLAIN, TORCH_DEVICE_BACKEND_AUTOLOAD="0")),
    Silent("nothing where it is on", "autoload-off", setting(TORCH_DEVICE_BACKEND_AUTOLOAD="1")),
    Silent("nothing where it is not set", "cards-hidden", setting()),
    Silent("nothing where cards are named", "cards-hidden", setting(ACME_CARDS="1")),
    Silent("nothing on another platform's variable", "cards-hidden", setting(PLAIN, ACME_CARDS="")),
    Silent("nothing on cards that are there", "card-not-there", setting(ACME_CARDS="1,0")),
    Silent("nothing on names", "card-not-there", setting(ACME_CARDS="card-17-ab")),
    Silent("nothing in a container, where the count is disputed", "card-not-there", setting(within=True,
           ACME_CARDS="4")),
    Silent("nothing on the first cards", "only-runtime-knows-card", setting(within=True, ACME_RUNTIME_CARDS="0,1")),
    Silent("nothing where both were told", "only-runtime-knows-card",
           setting(within=True, ACME_RUNTIME_CARDS="4", ACME_CARDS="4")),
    Silent("nothing on the machine itself", "only-runtime-knows-card", setting(ACME_RUNTIME_CARDS="4")),
    Silent("nothing where one variable serves both", "only-runtime-knows-card",
           setting(changed(ACME, "container", runtime_env="ACME_CARDS"), True, ACME_CARDS="4")),
    Silent("nothing on the platform's own", "image-for-another-platform", image("registry.example/acme/base:2")),
    Silent("nothing on a name that only holds the letters", "image-for-another-platform", image("arrivals/torch:1")),
    Silent("nothing where the processor is wanted, which runs most images", "image-for-another-platform",
           case(PLAIN, image="rival/torch:1")),
    Silent("nothing on a word that is the platform's own device too", "image-for-another-platform",
           image("torch:2.0-rival1", wanted=changed(ACME, "torch", device="rival"))),
    Silent("nothing where it fits", "image-of-another-architecture", image(told=[{"Architecture": "amd64"}])),
    Silent("nothing where it does not say", "image-of-another-architecture", image(told=[{}])),
    Silent("nothing on an answer that is no JSON", "image-of-another-architecture", image(told="<html>")),
    Silent("nothing where no image was asked about", "image-of-another-architecture", case()),
    Silent("nothing where it is here", "image-not-here", image(told=[{"Architecture": "amd64"}])),
    Silent("nothing where the engine failed otherwise", "image-not-here", image(told="disk on fire", code=1)),
]  # fmt: skip


def test_the_true_image_is_one_that_others_made_where_the_platforms_own_has_no_source():
    lent = changed(RIVAL, "image").model_copy(update={"base": (Base(ref="their/image:3", holds="torch"),)})
    case_ = with_cards(lent, image="acme/torch:1")
    assert_fires(Fires("", "image-for-another-platform", case_, "blocked", says=("their/image:3",)))


@pytest.mark.parametrize("row", params(FIRES))
def test_it_speaks(row: Fires):
    assert_fires(row)


@pytest.mark.parametrize("row", params(SILENT))
def test_it_is_silent(row: Silent):
    assert_silent(row)
