"""What ``predict`` says when it is over, however it ends. How it looks in a whole run is in ``runtime``'s tests."""

from __future__ import annotations

import json

import pytest

from yoloport.cli.account import Account
from yoloport.errors import Exit
from yoloport.runtime.session import Running
from yoloport.runtime.sources.frame import Gap, NoSource, StreamLost, Tally

RUNNING = Running("double", "1", "cpu", "fp32", ())
LOST = StreamLost("rtsp://camera.example", 70, 5)


def tally(gaps: int = 1, done: int = 100) -> Tally:
    """Of a stream that stood still so often."""
    counted = Tally(done=done)
    for number in range(gaps):
        counted.add_gap(Gap("rtsp://camera.example", 7 + number, 12.5, 2))
    return counted


def ended(problem: BaseException | None, as_json: bool, counted: Tally) -> None:
    """A run that ended so."""
    account = Account(as_json, show_speed=False)
    with account.told("rtsp://camera.example", counted, RUNNING):
        if problem is not None:
            raise problem


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), LOST], ids=["Ctrl-C", "lost"])
def test_a_stream_that_ends_as_streams_do_tells_where_it_stood_still(problem, capsys):
    with pytest.raises(type(problem)):
        ended(problem, False, tally(gaps=23))
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "rtsp://camera.example stood still for 12.5 s after frame 7"
    assert len(said) == 21 and said[-1] == "… and 3 more times"


def test_an_interrupted_run_ends_with_a_line_of_json_that_says_so(capsys):
    with pytest.raises(KeyboardInterrupt):
        ended(KeyboardInterrupt(), True, tally())
    last = json.loads(capsys.readouterr().out)
    assert (last["ok"], last["problem"], last["exit"]) == (False, "Interrupted", Exit.INTERRUPTED)
    assert (last["pictures"], last["gap_count"], last["gaps"][0]["seconds"]) == (100, 1, 12.5)


def test_a_problem_is_one_line_of_json_with_what_was_done_before_it(capsys):
    account = Account(True, show_speed=False)
    with pytest.raises(StreamLost), account.told("rtsp://camera.example", tally(), RUNNING):
        raise LOST
    account.line(LOST.fields())
    last = json.loads(capsys.readouterr().out)
    assert (last["ok"], last["problem"], last["pictures"], last["frames"]) == (False, "StreamLost", 100, 70)


def test_nothing_read_is_a_problem_whether_or_not_anything_was_broken():
    with pytest.raises(NoSource, match=r"not one picture could be read$"):
        ended(None, True, Tally())
    empty = Tally()
    empty.add_broken("a.png", "the file is empty")
    with pytest.raises(NoSource, match=r"the first is a\.png: the file is empty"):
        ended(None, True, empty)
