"""Branches at a few places give what the convolutions give everywhere, for the same places."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoloport.runtime.decode import branches as subject
from yoloport.runtime.decode.branches import Branch, Layer, at_places
from yoloport.runtime.decode.one_thread import ONE_THREAD, threads_of_openblas


def branch(rng: np.random.Generator, channels: list[int], kernels: list[int]) -> Branch:
    shapes = [(side * side * one, two) for side, one, two in zip(kernels, channels, channels[1:], strict=False)]
    return tuple(
        Layer(rng.standard_normal(shape).astype(np.float32) / 9, rng.standard_normal(shape[1]).astype(np.float32), side)
        for shape, side in zip(shapes, kernels, strict=True)
    )


def everywhere(branch: Branch, features: np.ndarray) -> np.ndarray:
    """The same layers as they are defined, one sum a place; ``(down, across, out)``."""
    given = features.astype(np.float64)
    for number, layer in enumerate(branch):
        reach, (down, across, channels) = layer.kernel // 2, given.shape
        wide = np.pad(given, ((reach, reach), (reach, reach), (0, 0)))
        weights = layer.weights.reshape(layer.kernel, layer.kernel, channels, -1)
        given = np.zeros((down, across, weights.shape[3])) + layer.bias
        for y in range(layer.kernel):
            for x in range(layer.kernel):
                given += wide[y : y + down, x : x + across] @ weights[y, x]
        if number + 1 < len(branch):
            given /= 1 + np.exp(-given)
    return given


SIZES = st.tuples(st.integers(1, 9), st.integers(1, 9))


@given(st.integers(0, 2**31), SIZES, st.sampled_from([[3, 3, 1], [1], [3], [5, 1, 3]]), st.booleans())
def test_places_anywhere_also_at_the_edges_give_what_they_give_in_the_whole(seed, size, kernels, last):
    rng = np.random.default_rng(seed)
    one = branch(rng, [4, 6, 5, 7], kernels)
    features = rng.standard_normal((*size, 4)).astype(np.float32)
    places = np.flatnonzero(rng.random(size[0] * size[1]) < 0.3)
    laid = features if last else np.ascontiguousarray(features.transpose(2, 0, 1))
    (found,) = at_places([one], laid, last, places)
    wanted = everywhere(one, features).reshape(-1, found.shape[1])[places]
    assert found.dtype == np.float32 and found.shape == wanted.shape and np.allclose(found, wanted, atol=1e-4)


def test_two_branches_read_the_same_features_each_in_its_own_way():
    rng = np.random.default_rng(1)
    two = [branch(rng, [4, 6, 8], [3, 1]), branch(rng, [4, 5, 3, 2], [3, 3, 1])]
    features, places = rng.standard_normal((6, 5, 4)).astype(np.float32), np.array([0, 7, 29])
    for found, one in zip(at_places(two, features, True, places), two, strict=True):
        assert np.allclose(found, everywhere(one, features).reshape(30, -1)[places], atol=1e-4)


def test_all_places_are_worked_out_in_parts_that_bound_the_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(subject, "AT_ONCE", 7)
    rng = np.random.default_rng(2)
    one, features = branch(rng, [3, 4, 5], [3, 3]), rng.standard_normal((8, 9, 3)).astype(np.float32)
    (found,) = at_places([one], features, True, np.arange(72))
    assert np.allclose(found, everywhere(one, features).reshape(72, -1), atol=1e-4)


def test_no_place_takes_no_work_and_half_precision_is_read():
    rng = np.random.default_rng(3)
    one, features = branch(rng, [3, 4], [3]), rng.standard_normal((4, 4, 3)).astype(np.float16)
    assert at_places([one], features, True, np.array([], int))[0].shape == (0, 4)
    assert at_places([one], features, True, np.array([5]))[0].dtype == np.float32


def test_matrices_are_multiplied_on_one_thread_and_the_setting_is_put_back_when_the_last_thread_left():
    calls = threads_of_openblas()
    assert calls, "numpy's wheels bring OpenBLAS"
    threads, inside, leave = calls[0], threading.Event(), threading.Event()
    before = threads()

    def stay() -> None:
        with ONE_THREAD:
            inside.set()
            leave.wait(20)

    other = threading.Thread(target=stay)
    with ONE_THREAD, ONE_THREAD:
        other.start()
        inside.wait(20)
    assert threads() == 1, "another thread is inside"
    leave.set()
    other.join(20)
    assert threads() == before


def test_a_forked_child_is_not_kept_waiting_by_a_thread_of_its_parent():
    with ONE_THREAD:
        child = os.fork()
        if not child:
            with ONE_THREAD:
                os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
