"""The banner says step, epoch, score and time left, and does not flood a log file."""

from __future__ import annotations

import io

from yoloport.inside.demo.progress import Progress, training_words


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_training_is_told_in_one_line() -> None:
    assert training_words(12, 40, 0.712, 3.3) == "epoch 12/40, mAP50 0.71, 1:32 left"
    assert training_words(1, 40, None, None) == "epoch 1/40"


def test_a_log_file_gets_a_line_at_most_every_five_seconds() -> None:
    stream = io.StringIO()
    progress = Progress(stream, 7)
    with progress.step("training", "cpu"):
        for epoch in range(100):
            progress.tell(training_words(epoch + 1, 100, 0.5, 0.0))
        progress.tell("the end", always=True)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "[1/7] training: ..."
    assert len(lines) == 4
    assert lines[-2] == "[1/7] training: the end"


def test_a_terminal_keeps_one_line_a_step() -> None:
    stream = Terminal()
    progress = Progress(stream, 7)
    with progress.step("training", "cpu"):
        progress.tell("epoch 1/2")
        progress.tell("epoch 2/2")
    assert stream.getvalue().count("\n") == 1


def test_a_step_is_timed_with_the_device_that_is_known_at_its_end() -> None:
    progress = Progress(io.StringIO(), 7)
    with progress.step("training", "?"):
        progress.device = "npu:0"
    assert [(step.name, step.device) for step in progress.steps] == [("training", "npu:0")]
    assert progress.steps[0].seconds >= 0
