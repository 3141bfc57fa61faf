"""Memory that ends: told in one way, whoever notices it."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.doubles import Facts, Told
from yoloport.errors import Exit, Problem
from yoloport.runtime.memory import OutOfMemory, told
from yoloport.runtime.model import Model

PICTURE = np.zeros((64, 64, 3), np.uint8)
SAID = [
    MemoryError(),
    RuntimeError("std::bad_alloc"),
    RuntimeError("can't start new thread"),
    Exception("[ONNXRuntimeError] : 1 : FAIL : bfc_arena.cc:360 Failed to allocate memory for requested buffer"),
    RuntimeError("CUDA error: out of memory\nmore words"),
    Exception("OpenCV(5.0.0) alloc.cpp:73: error: (-4:Insufficient memory) Failed to allocate 1 bytes"),
]


@pytest.mark.parametrize("error", SAID, ids=range(len(SAID)))
def test_an_engine_without_memory_is_a_problem_with_a_remedy(error):
    def fails(batch):
        raise error

    for workers in (1, 2):
        run = Model(Told(fails), Facts(), workers=workers)([PICTURE] * 3)
        with pytest.raises(OutOfMemory) as caught:
            next(run)
        assert caught.value.exit == Exit.OUT_OF_MEMORY and "\n" not in caught.value.cause and caught.value.remedy


def test_other_failures_stay_what_they_are():
    for error in (ValueError("no number"), Problem("a cause")):
        with pytest.raises(type(error), match=str(error)), told("predict"):
            raise error
