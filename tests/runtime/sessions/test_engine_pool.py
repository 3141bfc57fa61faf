"""Streams lent to threads: never one to two, none after the end, and the end waits for those that run."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from yoloport.errors import Problem
from yoloport.runtime.engine_pool import Pool
from yoloport.runtime.engine_problems import SessionClosed


def test_no_stream_is_lent_to_two_threads_at_a_time():
    pool, held, most = Pool("engine", ["a", "b"]), set(), []
    lock = threading.Lock()

    def work(_: int) -> None:
        with pool.lent() as stream:
            with lock:
                assert stream not in held
                held.add(stream)
                most.append(len(held))
            with lock:
                held.remove(stream)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(400)))
    assert max(most) <= 2


def test_the_end_waits_for_the_runs_and_refuses_those_who_wait():
    pool, released = Pool("engine", ["a"]), []
    holding, waits, ended = threading.Event(), threading.Event(), threading.Event()
    met: list[BaseException] = []

    def hold() -> None:
        with pool.lent():
            holding.set()
            waits.wait(10)
            assert released == []

    def wait() -> None:
        try:
            with pool.lent():
                pass
        except SessionClosed as problem:
            met.append(problem)

    def close() -> None:
        pool.close(released.append)
        ended.set()

    first, second, third = (threading.Thread(target=one) for one in (hold, wait, close))
    first.start()
    assert holding.wait(10)
    second.start()
    third.start()
    second.join(10)
    assert len(met) == 1 and not ended.is_set()
    waits.set()
    first.join(10)
    assert ended.wait(10) and released == ["a"]
    with pytest.raises(SessionClosed, match="the session of engine is closed"), pool.lent():
        pass


def test_a_stream_comes_back_also_from_a_run_that_failed():
    pool = Pool("engine", ["a"])
    for _ in range(3):
        with pytest.raises(ValueError, match="in the run"), pool.lent():
            raise ValueError("in the run")
    with pool.lent() as stream:
        assert stream == "a"


def test_all_streams_are_given_back_also_where_one_fails_and_only_once():
    pool, seen = Pool("engine", ["a", "b", "c"]), []

    def release(stream: str) -> None:
        seen.append(stream)
        if stream == "b":
            raise Problem("b failed")

    with pytest.raises(Problem, match="b failed"):
        pool.close(release)
    pool.close(release)
    assert sorted(seen) == ["a", "b", "c"]
