"""What a user means by ``device=``, in every form that Ultralytics takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoloport.inside.request import Cards, NoSuchCard, canonical, meant


class Array:
    """What an array of numbers, or one number out of it, has in common with numpy's."""

    def __init__(self, numbers: object) -> None:
        self._numbers = numbers

    def __repr__(self) -> str:
        return f"Array({self._numbers})"

    def tolist(self) -> object:
        return self._numbers


THREE = Cards("mlu", count=3, current=1, free=(10, 30, 20))

MEANT = [
    ("", (1,)), (None, (1,)), ("None", (1,)), ("cuda", (1,)), ("mlu", (1,)),
    (0, (0,)), ("2", (2,)), ("02", (2,)), ("cuda:2", (2,)), ("mlu:0", (0,)), ("MLU:0", (0,)),
    ("0,1", (0, 1)), ("mlu:0,1", (0, 1)), ("cuda:0,cuda:2", (0, 2)),
    ([0, 1], (0, 1)), ((2, 0), (2, 0)), ("[0, 1]", (0, 1)),
    (-1, (1,)), ("-1,-1", (1, 2)), ("1,-1", (1, 2)),
    (Array([0, 2]), (0, 2)), ([Array(1), "cuda:2"], (1, 2)), (["cuda:0", "mlu:2"], (0, 2)),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "cards"), MEANT, ids=repr)
def test_a_request_means_the_cards_that_a_user_means(request_: object, cards: tuple[int, ...]):
    assert meant(request_, THREE) == cards


@pytest.mark.parametrize("request_", ["cpu", "CPU", "cpu:0", "mps", "npu:0", "xpu", "tpu", "intel:gpu", "vulkan"])
def test_another_device_is_left_to_upstream(request_: str):
    assert meant(request_, THREE) is None


@pytest.mark.parametrize(
    "request_",
    [3, "0,3", "0,0", "-2", "cuda:7", "1.5", "0;1", "-1,-1,-1,-1", "mlu:x", "0,mlu:x", "٣", "0:1", "cuda:1:0", True],
)  # fmt: skip
def test_a_card_that_is_not_there_is_said_with_the_numbers_that_are(request_: object):
    with pytest.raises(NoSuchCard) as caught:
        meant(request_, THREE)
    assert "0 to 2" in caught.value.remedy and isinstance(caught.value, ValueError)


def test_without_figures_the_first_idle_card_is_taken():
    assert meant("-1", Cards("mlu", count=2)) == (0,)


def test_the_cards_are_written_as_upstream_writes_them():
    assert canonical("mlu", (0, 1)) == "mlu:0,1"


@given(st.text(max_size=12) | st.lists(st.integers(-3, 5), max_size=4))
def test_any_request_gives_cards_that_are_there_or_one_kind_of_error(request_: object):
    try:
        chosen = meant(request_, THREE)
    except NoSuchCard:
        return
    assert chosen is None or (chosen and len(set(chosen)) == len(chosen) and set(chosen) <= {0, 1, 2})


def test_writing_it_and_reading_it_again_means_the_same():
    assert meant(canonical("mlu", (2, 0)), THREE) == (2, 0)
