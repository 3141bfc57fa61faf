"""How many forward passes at a time, and on how many processors."""

from __future__ import annotations

import json
import os

import pytest

from runtime.doubles import Facts, Told, head
from yoloport.runtime import cores, mode


def test_numbers_of_passes():
    assert [mode.throughput(count) for count in (1, 2, 3, 4, 8, 64)] == [1, 2, 2, 2, 4, 32]
    assert [mode.candidates(count) for count in (1, 2, 3, 8)] == [[1], [1, 2], [1, 2], [1, 2, 4, 8]]


@pytest.mark.parametrize(("rates", "chosen"), [
    ({1: 10.0}, 1), ({1: 10.0, 2: 13.0}, 2), ({1: 10.0, 2: 10.3}, 1), ({1: 10.0, 2: 13.0, 4: 13.1}, 2),
    ({1: 9.0, 2: 5.0}, 1),
])  # fmt: skip
def test_more_passes_must_be_worth_their_memory(rates, chosen):
    assert mode.best(rates) == chosen


def test_what_was_measured_is_remembered_and_may_be_erased(tmp_path):
    asked: list[int] = []

    def measure(count: int) -> float:
        asked.append(count)
        return float(count)

    memory = tmp_path / "new/modes.json"
    assert [mode.chosen("a", 4, measure, memory) for _ in range(3)] == [4, 4, 4] and asked == [1, 2, 4]
    assert mode.chosen("a", 2, measure, memory) == 2, "a machine that lost processors is measured again"
    memory.unlink()
    mode.chosen("a", 4, measure, memory)
    assert asked == [1, 2, 4, 1, 2, 1, 2, 4]


def test_the_memory_is_bounded_and_the_oldest_goes_first(tmp_path):
    for number in range(100):
        mode.chosen(str(number), 1, float, tmp_path / "modes.json")
    assert list(json.loads((tmp_path / "modes.json").read_text())) == [str(number) for number in range(36, 100)]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": "many"}', '{"a": 3}', '{"a": -1}', "\x00"])
def test_a_memory_that_makes_no_sense_is_measured_over(text, tmp_path):
    (tmp_path / "modes.json").write_text(text)
    assert mode.chosen("a", 2, float, tmp_path / "modes.json") == 2


def test_a_memory_that_cannot_be_written_is_done_without(tmp_path):
    (tmp_path / "file").write_text("")
    assert mode.chosen("a", 2, float, tmp_path / "file" / "modes.json") == 2


def test_measuring_runs_every_pass_on_the_artifacts_shape():
    session = Told(lambda batch: (head([]),))
    assert mode.measured(session, Facts(batch=2), 3, seconds=0.0) > 0
    assert session.shapes == [(2, 3, 64, 64)] * 6


GROUPS = [
    ({}, None),
    ({"sys/fs/cgroup/cpu.max": "200000 100000"}, 2),
    ({"sys/fs/cgroup/cpu.max": "max 100000"}, None),
    ({"sys/fs/cgroup/cpu.max": "50000 100000"}, 1),
    ({"sys/fs/cgroup/cpu.max": "150000 100000"}, 2),
    ({"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/cpu.max": "100000 100000"}, 1),
    ({"proc/self/cgroup": "4:cpu,cpuacct:/a\n", "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "100000\n",
      "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000\n"}, 1),
    ({"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"}, None),
    ({"sys/fs/cgroup/cpu.max": "nonsense"}, None),
]  # fmt: skip


@pytest.mark.parametrize(("files", "limit"), GROUPS)
def test_a_control_groups_share_of_time_counts(files, limit, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert cores.share(tmp_path) == (limit or 16)


def test_a_process_bound_to_one_processor_has_one(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3}, raising=False)
    assert cores.share(tmp_path) == 1
