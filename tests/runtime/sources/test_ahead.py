"""Working ahead: bounded, in order, with problems handed on, and nothing left running."""

from __future__ import annotations

import threading

import pytest

from yoloport.runtime.sources import ahead
from yoloport.runtime.sources.ahead import Ahead


def counted(limit: int, read: list[int], problem: BaseException | None = None):
    """Numbers, each noted when it is asked for; then the problem, if any; ``closed`` is noted as -1."""
    try:
        for number in range(limit):
            read.append(number)
            yield number
        if problem:
            raise problem
    finally:
        read.append(-1)


def test_all_things_come_in_order_and_the_source_is_closed():
    read: list[int] = []
    assert list(Ahead(counted(50, read), depth=3)) == list(range(50))
    assert read[-1] == -1


def test_it_is_at_most_so_many_things_ahead():
    read: list[int] = []
    with Ahead(counted(100, read), depth=2) as ahead:
        assert next(ahead) == 0
        assert max(read) <= 1 + 2 + 1


def test_nothing_runs_before_the_first_thing_is_asked_for():
    read: list[int] = []
    before = threading.active_count()
    Ahead(counted(5, read)).close()
    assert threading.active_count() == before and read in ([], [-1])


def test_a_problem_comes_after_what_was_read_before_it():
    ahead = Ahead(counted(2, [], ValueError("broken")), depth=5)
    assert [next(ahead), next(ahead)] == [0, 1]
    with pytest.raises(ValueError, match="broken"):
        next(ahead)
    with pytest.raises(StopIteration):
        next(ahead)


def test_who_stops_early_leaves_no_thread_and_no_open_source():
    read: list[int] = []
    before = threading.active_count()
    with Ahead(counted(10**9, read), depth=2) as ahead:
        next(ahead)
    assert threading.active_count() == before and read[-1] == -1
    with pytest.raises(StopIteration):
        next(ahead)


def test_ctrl_c_while_the_thread_starts_leaves_no_second_error_and_closes_the_source(monkeypatch):
    closed = []

    def source():
        try:
            yield 1
        finally:
            closed.append(True)

    things = source()
    next(things)

    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    monkeypatch.setattr(ahead, "_START_SECONDS", 0.01)
    with pytest.raises(KeyboardInterrupt), ahead.Ahead(things) as reading:
        next(reading)
    assert closed == [True]
