"""Several threads on one source: in its order, bounded, with problems at their turn, and nothing left running."""

from __future__ import annotations

import threading
import time

import pytest

from yoloport.runtime.abreast import Abreast
from yoloport.runtime.sources.ahead import Ahead


def test_what_is_made_comes_in_the_order_of_the_source_whichever_is_ready_first():
    def slow_first(number: int) -> int:
        time.sleep(0.02 if number % 3 == 0 else 0)
        return number * 2

    assert list(Abreast(iter(range(40)), slow_first, 3)) == [number * 2 for number in range(40)]
    assert list(Abreast(iter(()), slow_first, 3)) == []


def test_all_threads_work_at_a_time():
    together = threading.Barrier(3, timeout=10)
    assert len(list(Abreast(iter(range(6)), lambda _: together.wait(), 3))) == 6


def test_a_problem_of_the_work_or_of_the_source_comes_at_its_turn():
    def source():
        yield from range(5)
        raise ValueError("the source broke")

    def work(number: int) -> int:
        time.sleep(0.02 if number == 0 else 0)
        if number == 3:
            raise ValueError("the work failed")
        return number

    seen: list[int] = []
    with pytest.raises(ValueError, match="the work failed"):
        seen.extend(Abreast(source(), work, 3))
    each = iter(Abreast(source(), abs, 3))
    assert seen == [0, 1, 2] and [next(each) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="the source broke"):
        next(each)


def test_what_nobody_reads_yet_is_bounded():
    taken: list[int] = []
    each = iter(Abreast((taken.append(number) or number for number in range(1000)), abs, 2))
    assert next(each) == 0
    time.sleep(0.1)
    assert len(taken) <= 5
    each.close()


def test_who_stops_early_leaves_no_thread_also_where_the_source_is_silent():
    def silent():
        yield 0
        ended.wait(10)

    ended, before = threading.Event(), threading.active_count()
    with Ahead(silent(), leaving=ended.set) as ahead:
        each = iter(Abreast(ahead, abs, 2))
        assert next(each) == 0
        each.close()
    assert threading.active_count() == before
