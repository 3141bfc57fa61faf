"""The registry: what is checked, exchanged, refused, and taken back."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
block = pytest.importorskip("ultralytics.nn.modules.block")
conv = pytest.importorskip("ultralytics.nn.modules.conv")

from yoloport.inside import modules  # noqa: E402
from yoloport.inside.modules import Applied, Refused, Replacement, Tolerance, exchange, registry  # noqa: E402
from yoloport.inside.modules.dfl import WITHOUT_TRANSPOSE, forward_without_transpose  # noqa: E402

pytestmark = pytest.mark.torch

CPU = torch.device("cpu")
UPSTREAM = block.DFL.forward
EVERYWHERE = replace(WITHOUT_TRANSPOSE, platforms=("*",))


@pytest.fixture(autouse=True)
def upstream_again(monkeypatch):
    monkeypatch.delenv("YOLOPORT_MODULES", raising=False)
    yield
    modules.undo()
    assert block.DFL.forward is UPSTREAM


@pytest.fixture
def known(monkeypatch):
    """Let these and no others be installed."""
    return lambda *ones: monkeypatch.setattr(registry, "installed", lambda: (ones, ()))


def conv_sample():
    return conv.Conv(3, 4, 3), (torch.randn(2, 3, 8, 8),)


def of_conv(forward, **changed) -> Replacement:
    one = Replacement("a-conv", "ultralytics.nn.modules.conv:Conv", forward, ("*",), conv_sample, "made up")
    return replace(one, **changed)


def one_outcome(platform: str = "here", **environ: str):
    outcomes = modules.apply(platform, CPU, environ)
    assert len(outcomes) == 1
    return outcomes[0]


def test_one_that_computes_the_same_is_used_and_says_so(known):
    known(EVERYWHERE)
    outcome = one_outcome()
    assert isinstance(outcome, Applied)
    assert block.DFL.forward.__wrapped__ is forward_without_transpose
    assert modules.active() == (outcome,)
    assert "'dfl-without-transpose' (checked on cpu: furthest from the original by" in outcome.line()
    assert "\n" not in outcome.line()


def test_undoing_gives_upstreams_method_back(known):
    known(EVERYWHERE)
    modules.apply("here", CPU)
    modules.undo()
    assert (block.DFL.forward, modules.active()) == (UPSTREAM, ())


def test_undoing_leaves_what_somebody_else_put_there_since(known, monkeypatch):
    known(EVERYWHERE)
    modules.apply("here", CPU)

    def theirs(self, x):
        return x

    block.DFL.forward = theirs
    try:
        with modules.export_form():
            pass
        modules.undo()
        assert block.DFL.forward is theirs
    finally:
        block.DFL.forward = UPSTREAM


def test_a_class_that_inherits_its_method_inherits_it_again():
    def forward(self, x):
        return self.act(self.bn(self.conv(x)))

    target = "ultralytics.nn.modules.conv:DWConv"
    one = of_conv(forward, target=target, sample=lambda: (conv.DWConv(4, 4), (torch.randn(2, 4, 5, 5),)))
    with modules.export_form(one) as outcomes:
        assert isinstance(outcomes[0], Applied)
        assert conv.DWConv.forward.__wrapped__ is forward
    assert "forward" not in vars(conv.DWConv)


def test_applying_twice_is_once(known):
    known(EVERYWHERE)
    assert modules.apply("here", CPU) == modules.apply("here", CPU) == modules.active()
    modules.undo()
    assert block.DFL.forward is UPSTREAM


def test_a_replacement_over_a_replacement_is_refused(known):
    known(EVERYWHERE, replace(EVERYWHERE, name="another"))
    first, second = modules.apply("here", CPU)
    assert isinstance(first, Applied)
    assert second == Refused("another", f"{EVERYWHERE.target} is already replaced by 'dfl-without-transpose'")


def test_a_wrong_one_is_refused_with_the_figure_and_the_place(known):
    def forward(self, x):
        y = forward_without_transpose(self, x).clone()
        y[1, 2, 3] += 0.5
        return y

    known(replace(EVERYWHERE, forward=forward))
    outcome = one_outcome()
    assert isinstance(outcome, Refused)
    assert outcome.difference.found == pytest.approx(0.5, abs=1e-3)
    assert outcome.difference.where == "training: output[1, 2, 3]"
    assert "training: output[1, 2, 3] differs by 0.5, allowed is" in outcome.line()
    assert block.DFL.forward is UPSTREAM


def detached(self, x):
    return self.act(self.bn(self.conv(x.detach())))


def without_norm_in_training(self, x):
    return self.act(self.bn(self.conv(x)) if not self.training else self.conv(x))


def forgetting_statistics(self, x):
    norm = self.bn
    if self.training:
        return self.act(
            torch.nn.functional.batch_norm(self.conv(x), None, None, norm.weight, norm.bias, True, 0, norm.eps)
        )
    return self.act(norm(self.conv(x)))


def in_place_on_its_input(self, x):
    y = self.act(self.bn(self.conv(x.clone())))
    x.data.add_(1)
    return y


def not_a_number(self, x):
    return self.act(self.bn(self.conv(x))) * float("nan")


def half(self, x):
    return self.act(self.bn(self.conv(x))).half()


def two(self, x):
    return self.act(self.bn(self.conv(x))), x


def elsewhere(self, x):
    return self.act(self.bn(self.conv(x))).to("meta")


def renamed(self, image):
    return self.act(self.bn(self.conv(image)))


def failing(self, x):
    raise RuntimeError("no kernel\nfor this")


def no_bias_gradient(self, x):
    return self.act(torch.nn.functional.batch_norm(
        self.conv(x), self.bn.running_mean, self.bn.running_var, self.bn.weight, self.bn.bias.detach(),
        self.training, self.bn.momentum, self.bn.eps,
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("forward", "words"),
    [
        (detached, "gradient of input.0"),
        (no_bias_gradient, "gradient of bn.bias"),
        (without_norm_in_training, "training: "),
        (forgetting_statistics, "training: bn."),
        (in_place_on_its_input, "changed input.0"),
        (not_a_number, "differs by inf"),
        (half, "torch.float16 where upstream's is (2, 4, 8, 8) of torch.float32"),
        (two, "it gives training: output.0, training: output.1 where upstream gives training: output"),
        (elsewhere, "output is on meta, not on cpu"),
        (renamed, "its parameters are (image), those of the original are (x)"),
        (failing, "RuntimeError: no kernel for this"),
    ],
)
def test_whatever_else_differs_is_refused_and_the_original_stays(known, forward, words):
    before = conv.Conv.forward
    known(of_conv(forward))
    outcome = one_outcome()
    assert isinstance(outcome, Refused)
    assert words in outcome.reason
    assert "\n" not in outcome.line()
    assert conv.Conv.forward is before


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"target": "ultralytics.nn.modules.moved:Conv"}, "ModuleNotFoundError"),
        ({"target": "ultralytics.nn.modules.conv:Gone"}, "AttributeError"),
        ({"target": "ultralytics.nn.modules.conv:autopad"}, "is no class"),
        ({"sample": lambda: (conv.DWConv(4, 4), (torch.randn(1, 4, 3, 3),))}, "its sample is a DWConv, no Conv"),
        ({"sample": lambda: 1 / 0}, "ZeroDivisionError"),
    ],
)
def test_one_that_does_not_fit_this_upstream_is_refused(known, changed, words):
    known(of_conv(lambda self, x: self.act(self.bn(self.conv(x))), **changed))
    outcome = one_outcome()
    assert isinstance(outcome, Refused)
    assert words in outcome.reason


def test_a_block_is_compared_with_upstreams_and_not_with_one_of_replaced_parts(known):
    def slightly_more(self, x):
        return self.act(self.bn(self.conv(x))) * 1.01

    def of_upstream(self, x):
        assert conv.Conv.forward is not slightly_more
        return self.conv(torch.cat((x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]), 1))

    focus = "ultralytics.nn.modules.conv:Focus"
    known(
        of_conv(slightly_more, tolerance=Tolerance(0.1, 0.1)),
        of_conv(of_upstream, name="focus", target=focus, sample=lambda: (conv.Focus(3, 4), (torch.randn(1, 3, 8, 8),))),
    )
    assert [type(one) for one in modules.apply("here", CPU)] == [Applied, Applied]
    assert conv.Conv.forward.__wrapped__ is slightly_more


def test_the_check_leaves_the_users_random_numbers_alone_and_works_without_gradients(known):
    known(EVERYWHERE)
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    with torch.inference_mode():
        assert isinstance(one_outcome(), Applied)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(
    ("platforms", "choice", "used"),
    [
        (("here",), "", True),
        (("*",), "", True),
        (("there",), "", False),
        ((), "", False),
        ((), "dfl-without-transpose", True),
        (("*",), "off", False),
        (("*",), " OFF ", False),
    ],
)
def test_the_platform_chooses_and_the_user_has_the_last_word(known, platforms, choice, used):
    known(replace(WITHOUT_TRANSPOSE, platforms=platforms))
    outcomes = modules.apply("here", CPU, {"YOLOPORT_MODULES": choice})
    assert [type(one) for one in outcomes] == [Applied] * used


def test_a_name_that_nobody_has_is_refused_with_the_names_there_are(known):
    known(EVERYWHERE)
    outcome = one_outcome(YOLOPORT_MODULES="dfl-fast")
    assert isinstance(outcome, Refused)
    assert outcome.line().endswith("there are: dfl-without-transpose")


def test_by_itself_the_project_replaces_nothing():
    assert modules.apply("here", CPU, {}) == ()


def test_during_an_export_the_form_for_it_stands_alone_and_the_run_goes_on_as_before(known):
    theirs = replace(EVERYWHERE, name="theirs", forward=lambda self, x: forward_without_transpose(self, x))
    known(theirs)
    before = modules.apply("here", CPU)
    assert isinstance(before[0], Applied)
    with pytest.raises(KeyError), modules.export_form(WITHOUT_TRANSPOSE) as outcomes:
        assert isinstance(outcomes[0], Applied)
        assert block.DFL.forward.__wrapped__ is forward_without_transpose
        raise KeyError
    assert (block.DFL.forward.__wrapped__, modules.active()) == (theirs.forward, before)


def test_off_exports_upstreams_own_form():
    with modules.export_form(WITHOUT_TRANSPOSE, environ={"YOLOPORT_MODULES": "off"}) as outcomes:
        assert (outcomes, block.DFL.forward) == ((), UPSTREAM)


LOADING = """
import sys
sys.modules["yoloport"] = None
import torch
model = torch.load(sys.argv[1], weights_only=False)
assert type(model[0]).forward.__module__ == "ultralytics.nn.modules.block"
print(model(torch.arange(64.0).view(1, 64, 1)).flatten().tolist())
"""


def test_a_model_saved_with_a_replacement_on_loads_where_there_is_no_yoloport(known, tmp_path: Path):
    known(EVERYWHERE)
    modules.apply("here", CPU)
    model = torch.nn.Sequential(block.DFL(16))
    torch.save(model, tmp_path / "model.pt")
    assert list(model.state_dict()) == ["0.conv.weight"]
    environ = {"TORCH_DEVICE_BACKEND_AUTOLOAD": "0", "YOLO_CONFIG_DIR": str(tmp_path), "YOLO_OFFLINE": "true"}
    told = subprocess.run(
        [sys.executable, "-c", LOADING, tmp_path / "model.pt"], env=environ, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    here = model(torch.arange(64.0).view(1, 64, 1)).flatten().tolist()
    assert [float(one) for one in told.stdout.splitlines()[-1].strip("[]").split(",")] == pytest.approx(here, rel=1e-5)


VENDOR = """
from dataclasses import replace
from yoloport.inside.modules.dfl import WITHOUT_TRANSPOSE
one = replace(WITHOUT_TRANSPOSE, name="one", platforms=("here",))
several = (replace(one, name="two"), replace(one, name="three"))
same_name = replace(one, name="dfl-without-transpose")
wrong = 7
"""


def test_replacements_of_other_packages_are_found_by_their_entry_points(tmp_path: Path, monkeypatch):
    (tmp_path / "some_vendor.py").write_text(VENDOR)
    info = tmp_path / "some_vendor-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: some-vendor\nVersion: 1.0\n")
    names = ("one", "several", "same_name", "wrong", "absent")
    points = "".join(f"{name} = some_vendor:{name}\n" for name in names)
    (info / "entry_points.txt").write_text(f"[yoloport.modules]\n{points}gone = some_vendor_gone:x\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    found, refused = registry.installed()
    assert [one.name for one in found] == ["dfl-without-transpose", "one", "two", "three"]
    assert [one.name for one in refused] == ["absent", "gone", "dfl-without-transpose", "wrong"]
    reasons = " | ".join(one.reason for one in refused)
    for words in ("AttributeError", "ModuleNotFoundError", "another replacement has this name", "TypeError"):
        assert words in reasons
    outcomes = modules.apply("here", CPU, {})
    assert isinstance(outcomes[0], Applied)
    assert [outcomes[0].replacement.name, *(one.name for one in outcomes[1:3])] == ["one", "two", "three"]
    assert len(outcomes) == 3 + 4
    assert exchange.active() == outcomes[:1]
