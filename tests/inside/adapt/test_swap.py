"""A name that is exchanged for a call is put back, whoever else exchanges it at the same time."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from yoloport.inside.adapt.swap import swapped


def test_it_is_put_back_when_the_block_fails():
    owner = SimpleNamespace(name="upstream's")
    with pytest.raises(KeyError), swapped(owner, "name", "ours"):
        assert owner.name == "ours"
        raise KeyError
    assert owner.name == "upstream's"


def test_two_threads_do_not_put_back_each_others():
    owner = SimpleNamespace(name="upstream's")
    entered = {"first": threading.Event(), "second": threading.Event()}
    go_on, first_is_out = threading.Event(), threading.Event()

    def first() -> None:
        with swapped(owner, "name", "first"):
            entered["first"].set()
            go_on.wait(10)
        first_is_out.set()

    def second() -> None:
        with swapped(owner, "name", "second"):
            entered["second"].set()
            first_is_out.wait(10)

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert entered["first"].wait(10)
    threads[1].start()
    assert not entered["second"].wait(0.3), "the second waits until the first is out"
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert owner.name == "upstream's"
