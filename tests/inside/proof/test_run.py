"""A run's steps, its warnings, and what happens when something goes wrong in the middle."""

from __future__ import annotations

import copy
import pickle
import warnings
from types import ModuleType, SimpleNamespace

import pytest

from yoloport.inside.proof import callbacks, hooks
from yoloport.inside.proof.run import Account, Run
from yoloport.inside.proof.warned import Listener

WORDS = r"operator '(?P<operator>[\w:.]+)' .* fall back"


def unwatched(words: str = "") -> Run:
    def never():
        raise AssertionError("no step was to be sampled")

    return Run("train", words, never, Account(clock=iter(range(100)).__next__), "sampled")


def test_an_operator_that_only_a_warning_named_is_in_the_list():
    run = unwatched(WORDS)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        run.begin_step("train")
        warnings.warn("The operator 'aten::isin' is missing and will fall back", stacklevel=1)
        warnings.warn("something else", stacklevel=1)
        run.end_step()
        warnings.warn("The operator 'aten::later' is missing and will fall back", stacklevel=1)
    assert run.fell_back() == (("aten::isin", 0),)
    assert len(seen) == 3


def test_warnings_go_their_usual_way_after_the_step():
    before = warnings.showwarning
    listener = Listener(WORDS)
    listener.start()
    assert warnings.showwarning is not before
    listener.stop()
    assert warnings.showwarning is before


def test_one_who_took_the_warnings_in_the_meantime_keeps_them(monkeypatch: pytest.MonkeyPatch):
    listener = Listener(WORDS)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    listener.start()
    warnings.showwarning = theirs = lambda *_: None
    listener.stop()
    assert warnings.showwarning is theirs


def test_a_batch_that_never_ended_is_not_counted():
    run = unwatched()
    run.begin_step("train")
    run.begin_step("train", may_sample=False)
    run.end_step()
    run.end_step()
    assert run.phases["train"].steps == 1


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr("yoloport.inside.accelerator.built_in_card", lambda: False)
    module = ModuleType("base")
    module.default_callbacks = {event: [print] for event in callbacks.OURS}
    callbacks.adapt(module)
    return module


def test_callbacks_survive_the_copies_that_upstream_makes(base: ModuleType):
    for event, ours in callbacks.OURS.items():
        assert copy.deepcopy(base.default_callbacks)[event] == [print, ours]
        assert pickle.loads(pickle.dumps(ours)) is ours  # noqa: S301  our own bytes


def test_where_upstream_lost_an_event_nothing_is_added(base: ModuleType):
    base.default_callbacks = {"on_train_start": [], "on_val_start": []}
    with pytest.raises(KeyError):
        callbacks.adapt(base)
    assert base.default_callbacks == {"on_train_start": [], "on_val_start": []}


def test_our_own_failure_does_not_reach_the_user_and_is_said_once(monkeypatch: pytest.MonkeyPatch):
    said: list[str] = []
    monkeypatch.setattr(hooks, "_failures", set())
    monkeypatch.setattr(hooks, "_warn", said.append)

    @hooks.careful
    def broken(owner: object) -> None:
        raise ValueError(owner)

    broken(1)
    broken(2)
    assert len(said) == 1 and "ValueError(1)" in said[0]


def test_a_quiet_prediction_is_quiet_and_one_like_the_last_says_nothing_new():
    class Predictor(SimpleNamespace):
        __hash__ = object.__hash__

    proof = hooks.RunProof("predict", "acc:0", "", 1, 1, 5, 0, 0.0, 0.0, 0, 0)
    loud, quiet = (Predictor(args=SimpleNamespace(verbose=verbose)) for verbose in (True, False))
    assert [hooks._to_say(loud, proof), hooks._to_say(loud, proof), hooks._to_say(quiet, proof)] == [True, False, False]
