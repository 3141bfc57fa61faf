"""A classifier's centre crop. Against Pillow itself, bit for bit, in ``test_parity_parts.py``."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoloport.runtime.prepare.classify import centre_crop, taps

SIZES = [(1, 1), (1, 10000), (10000, 1), (224, 224), (480, 640), (33, 500)]


@pytest.mark.parametrize("shape", SIZES)
def test_any_picture_becomes_the_inputs_size(shape):
    picture = np.full((*shape, 3), 200, np.uint8)
    assert (centre_crop(picture, (224, 224)) == 200).all()
    assert centre_crop(picture, (224, 224)).shape == (224, 224, 3)
    assert centre_crop(picture, (96, 160)).shape == (96, 160, 3)


def test_a_picture_of_the_right_size_stays_as_it_is():
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    assert (centre_crop(picture, (64, 64)) == picture).all()


def test_the_middle_is_kept_and_the_sides_are_cut_off():
    picture = np.zeros((64, 192, 3), np.uint8)
    picture[:, 64:128] = 255
    assert (centre_crop(picture, (64, 64)) == 255).all()


@given(st.integers(1, 500), st.integers(1, 500))
def test_weights_of_a_pixel_sum_to_one(before, after):
    places, weights = taps(before, after, range(after))
    assert (abs(weights.sum(1) - (1 << 22)) <= places.shape[1]).all()
    assert places.min() >= 0 and places.max() < before
