"""What the adapter reads of a platform: the road of unchanged code, autocast, fallbacks, workarounds."""

from __future__ import annotations

import re

import pytest

from yoloport.platforms.load import load, names
from yoloport.platforms.schema import Platform

# Sources: Ascend/pytorch @9e73e708a csrc/aten/VariableFallbackKernel.cpp and ultralytics pull 13269 (as printed);
# Cambricon/torch_mlu @d578002 csrc/aten/MLUFallback.cpp; torch-gcu 2.10.0 csrc/aten/aten_cpu_fallback.cpp.
SAID = [
    (
        "ascend",
        "torchvision::nms",
        "[W VariableFallbackKernel.cpp:51] Warning: CAUTION: The operator 'torchvision::nms' is not currently supported"
        " on the NPU backend and will fall back to run on the CPU. This may have performance implications.",
    ),
    (
        "cambricon",
        "aten::index.Tensor",
        "The operator 'aten::index.Tensor' is not currently supported on the MLU backend and will fall back to run on"
        " the CPU. This may have performance implications.",
    ),
    (
        "cambricon",
        "aten::sort",
        "The operator 'aten::sort' fails on the MLU backend and will fall back to run on the CPU. This may have"
        " performance implications.",
    ),
    ("enflame", "aten::topk", "aten::topk not supported in torch_gcu, and fallback to torch cpu."),
]
FALLS_BACK = {name for name, *_ in SAID}
every = pytest.mark.parametrize("platform", [load(name) for name in names()], ids=lambda platform: platform.name)


@pytest.mark.parametrize(("name", "operator", "said"), SAID)
def test_the_operator_is_read_from_what_the_plug_in_says(name: str, operator: str, said: str):
    found = re.search(load(name).torch.fallback_words, said)
    assert found and found["operator"] == operator


@pytest.mark.parametrize("name", sorted(FALLS_BACK))
def test_a_warning_that_is_not_a_fallback_names_no_operator(name: str):
    said = "UserWarning: The operator 'aten::sort' is slow on this backend; results are read on the CPU."
    assert not re.search(load(name).torch.fallback_words, said)


@every
def test_words_of_a_fallback_are_an_expression_with_the_operator_in_it(platform: Platform):
    words = platform.torch.fallback_words
    assert bool(words) == (platform.name in FALLS_BACK)
    assert not words or "operator" in re.compile(words).groupindex


@every
def test_every_accelerator_has_a_road_and_nothing_else_has_one(platform: Platform):
    assert bool(platform.torch.road) == (platform.kind == "accelerator")


@every
def test_the_road_goes_with_the_devices_name(platform: Platform):
    taken = platform.torch.device == "cuda"
    assert (platform.torch.road == "same") == taken
    if platform.torch.road in ("native", "adapter"):
        assert platform.torch.module and platform.torch.collective


@every
def test_a_chip_takes_at_least_the_types_that_every_chip_takes(platform: Platform):
    assert all(set(platform.torch.amp) <= set(chip.amp) for chip in platform.chip if chip.amp)


@every
def test_bfloat16_is_for_every_chip_only_where_no_chip_lacks_it(platform: Platform):
    lacking = [chip.name for chip in platform.chip if chip.amp and "bfloat16" not in chip.amp]
    assert not lacking or "bfloat16" not in platform.torch.amp


@every
def test_workarounds_are_listed_once_with_their_reason(platform: Platform):
    ids = [one.id for one in platform.workaround]
    assert len(set(ids)) == len(ids)
    assert all(one.reason for one in platform.workaround)


@every
def test_upstream_works_around_only_what_it_knows(platform: Platform):
    assert platform.torch.road == "native" or not any(one.upstream for one in platform.workaround)
