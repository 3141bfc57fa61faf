"""Each thing is with one thread at a time, and nobody waits for ever for one of a closed pool."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from yoloport.runtime.engine_problems import SessionClosed
from yoloport.runtime.sessions.pool import Pool


def test_no_two_threads_have_the_same_thing():
    pool, busy, seen, lock = Pool(range(3), "abacus"), set(), [], threading.Lock()

    def use(_: int) -> None:
        with pool.lend() as one:
            with lock:
                seen.append(one in busy)
                busy.add(one)
            with lock:
                busy.discard(one)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(use, range(200)))
    assert seen == [False] * 200


def test_a_thing_comes_back_after_a_failure():
    pool = Pool([1], "abacus")
    with pytest.raises(ZeroDivisionError), pool.lend():
        _ = 1 / 0
    with pool.lend() as again:
        assert again == 1


def test_all_who_wait_are_woken_when_it_is_closed():
    pool, waiting = Pool([1], "abacus"), threading.Barrier(4)

    def wait(_: int) -> str:
        waiting.wait()
        with pytest.raises(SessionClosed) as refused, pool.lend():
            pass
        return refused.value.engine

    with ThreadPoolExecutor(3) as threads, pool.lend():
        found = threads.map(wait, range(3))
        waiting.wait()
        pool.close()
    assert list(found) == ["abacus"] * 3
    with pytest.raises(SessionClosed), pool.lend():
        pass
