"""From bytes to the graph's numbers."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.doubles import Form
from yoloport.runtime.blobs import Blobs
from yoloport.runtime.prepare.letterbox import fit, letterbox, scaled
from yoloport.runtime.prepare.normalise import blank, write

ALL = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, 2) + np.array([0, 85, 170], np.uint8)


def test_every_byte_becomes_its_exact_quotient():
    blob = blank(16, 16, 3, Form())
    write(ALL, blob[0], Form())
    assert (blob[0] == (ALL[:, :, ::-1].transpose(2, 0, 1).astype(np.float32) / np.float32(255))).all()
    wrong = ALL[:, :, ::-1].transpose(2, 0, 1) * np.float32(1 / 255)
    assert (blob[0] != wrong).any(), "the reciprocal would do as well, and this module says that it does not"


FORMS = [
    (Form("uint8", 1.0, "NHWC", "BGR"), (16, 16, 3), lambda p: p),
    (Form("uint8", 1.0, "NCHW", "RGB"), (3, 16, 16), lambda p: p[:, :, ::-1].transpose(2, 0, 1)),
    (Form("float32", 1.0, "NHWC", "RGB"), (16, 16, 3), lambda p: p[:, :, ::-1].astype(np.float32)),
    (Form("float16", 1 / 255, "NCHW", "BGR"), (3, 16, 16),
     lambda p: p.transpose(2, 0, 1).astype(np.float16) / np.float16(255)),
    (Form("float32", 1 / 128, "NCHW", "BGR"), (3, 16, 16),
     lambda p: p.transpose(2, 0, 1).astype(np.float32) * np.float32(1 / 128)),
]  # fmt: skip


@pytest.mark.parametrize(("form", "shape", "expected"), FORMS)
def test_the_metadata_says_layout_type_scale_and_order_of_colours(form, shape, expected):
    blob = blank(16, 16, 3, form)
    write(ALL, blob[0], form)
    assert blob[0].shape == shape and blob.dtype == np.dtype(form.input)
    assert (blob[0] == expected(ALL)).all()


@pytest.mark.parametrize("form", [Form(), Form("uint8", 1.0, "NHWC", "BGR"), Form("uint8", 1.0, "NHWC", "RGB")])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("sides", [(10, 16), (16, 10), (32, 20), (90, 31), (1, 200)])
def test_a_place_in_the_input_is_filled_as_a_letterboxed_picture_is(form, channels, sides):
    picture = np.random.default_rng(0).integers(0, 256, (*sides, channels), dtype=np.uint8)
    place = fit(sides, (32, 32))
    filled = [blank(32, 32, channels, form) for _ in range(3)]
    for blob in filled:
        blob[...] = 9
    write(picture, filled[0][0], form, place)
    write(scaled(picture, place), filled[1][0], form, place)
    write(letterbox(picture, place), filled[2][0], form)
    assert (filled[0] == filled[1]).all() and (filled[0] == filled[2]).all()


def test_arrays_are_used_again_and_their_number_is_bounded():
    blobs = Blobs(Form(), shapes=2, each=1)
    first = blobs.lend(1, 8, 8, 3)
    blobs.take_back(first)
    assert blobs.lend(1, 8, 8, 3) is first
    for side in range(1, 50):
        blobs.take_back(blobs.lend(1, side, side, 3))
        blobs.take_back(blank(side, side, 3, Form()))
    assert blobs.kept() <= 2
