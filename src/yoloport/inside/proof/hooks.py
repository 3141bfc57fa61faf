"""Ultralytics' callbacks: which run a trainer's, validator's or predictor's batch belongs to.

Functions of a module, because upstream copies its callbacks for each trainer and sends them to the processes of a
training on several cards (utils/dist.py:72-92): a function is copied and sent as its name.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from yoloport.inside import accelerator as ac
from yoloport.inside.proof.line import line
from yoloport.inside.proof.report import RunProof, record
from yoloport.inside.proof.run import Account, Run

if TYPE_CHECKING:
    from yoloport.inside.proof.counting import Counting

TORCH = ("pt", "torchscript")
"""Upstream's formats that torch computes; what any other runtime does, nobody sees from here."""
MODES = ("sampled", "every", "off")
Hook = Callable[[Any], None]
_open: WeakKeyDictionary[Any, Run] = WeakKeyDictionary()  # these four: upstream's callbacks share only the process
_accounts: WeakKeyDictionary[Any, Account] = WeakKeyDictionary()
_said: WeakKeyDictionary[Any, set[tuple[str, ...]]] = WeakKeyDictionary()
_failures: set[str] = set()


def careful(hook: Hook) -> Hook:
    """A failure of ours never ends the user's run, and is said once."""

    @functools.wraps(hook)
    def called(owner: Any) -> None:
        try:
            hook(owner)
        except Exception as error:  # noqa: BLE001  the run is the user's
            _fail(f"{hook.__name__}: {error!r}")

    return called


def _fail(what: str) -> None:
    if not _failures:
        _warn(f"yoloport: could not watch where the operators ran ({what}). The run itself is not affected")
    _failures.add(what)


def _warn(text: str) -> None:
    from ultralytics.utils import LOGGER

    LOGGER.warning(text)


def _mode() -> str:
    mode = os.environ.get("YOLOPORT_PROOF", "") or "sampled"
    if mode not in MODES:
        _fail(f"YOLOPORT_PROOF={mode} is none of {', '.join(MODES)}")
        return "sampled"
    return mode


def _begin(owner: Any, task: str, form: str = "pt") -> None:
    from ultralytics.utils import RANK

    _end(owner)  # one that was left in the middle: a stream nobody read to its end
    mode = _mode()
    if mode == "off" or RANK > 0:
        return
    device = str(owner.device).partition(":")[0]
    found = ac.active()
    words = found.fallback_words if found and found.type == device else ""

    def count() -> Counting:
        from yoloport.inside.proof.counting import Counting

        return Counting(device, ac.device_module(device).synchronize if device != "cpu" else lambda: None)

    _open[owner] = Run(task, words, count, _accounts.setdefault(owner, Account()), mode)
    _open[owner].runtime = "" if form in TORCH else form


def left(owner: Any, failed: bool) -> None:
    """A validation or prediction is over, however it ended: nothing of ours stays active in its thread."""
    (_dropped if failed else _ended)(owner)


@careful
def _ended(owner: Any) -> None:
    _end(owner)


@careful
def _dropped(owner: Any) -> None:
    run = _open.pop(owner, None)
    if run is not None:
        run.close_step()


def _end(owner: Any) -> None:
    run = _open.pop(owner, None)
    if run is None:
        return
    run.close_step()
    if run.failure:
        _fail(run.failure)
    proof = proved(run, owner.device)
    record(proof)
    if _to_say(owner, proof):
        from ultralytics.utils import LOGGER

        LOGGER.info(proof.said)


def _to_say(owner: Any, proof: RunProof) -> bool:
    """A prediction that was asked to be quiet is; one like the last says nothing new."""
    if proof.task != "predict":
        return True
    told, names = _said.setdefault(owner, set()), {proof.device, *(name for name, _ in proof.fell_back)}
    news = not told or bool(names - {name for one in told for name in one})
    told.add(tuple(sorted(names)))
    return news and bool(owner.args.verbose)


def proved(run: Run, device: Any) -> RunProof:
    """What a run's steps have shown.

    Args:
        run: one that has ended.
        device: torch's device of it.
    """
    from dataclasses import replace

    main, kind = run.phases[run.task], str(device).partition(":")[0]
    on_cpu = kind == "cpu"
    proof = RunProof(
        task=run.task,
        device="cpu" if on_cpu else f"{kind}:{getattr(device, 'index', None) or 0}",
        device_name="" if on_cpu else str(ac.device_module(kind).get_device_name(getattr(device, "index", None) or 0)),
        steps=main.steps,
        sampled=main.sampled,
        calls=main.each(main.tally.calls),
        host_calls=main.each(main.tally.host_calls),
        host_share_of_calls=1.0 if on_cpu else main.host_share_of_calls(),
        host_share_of_time=1.0 if on_cpu else main.host_share_of_time(),
        to_device=main.each(main.tally.to_device),
        from_device=main.each(main.tally.from_device),
        fell_back=run.fell_back(),
        runtime=run.runtime,
    )
    return replace(proof, said=line(proof))


def _trainer_of(validator: Any) -> Any:
    """The trainer whose validation this is: each has one validator, the last validation's included."""
    return next((one for one in list(_open) if getattr(one, "validator", None) is validator), None)


@careful
def train_start(trainer: Any) -> None:
    """A training begins, or resumes."""
    _begin(trainer, "train")


@careful
def train_batch_start(trainer: Any) -> None:
    """Before the batch goes to the device."""
    run = _open.get(trainer)
    if run:
        total = len(trainer.train_loader) * (trainer.epochs - trainer.start_epoch)
        run.begin_step("train", total, may_sample=not trainer.args.compile)


@careful
def train_batch_end(trainer: Any) -> None:
    """After the optimizer's step."""
    run = _open.get(trainer)
    if run:
        run.end_step()


@careful
def train_end(trainer: Any) -> None:
    """After the last validation; upstream's ``teardown`` comes here too, after a training that failed."""
    _end(trainer)


@careful
def val_start(validator: Any) -> None:
    """A validation of its own is a run; one inside a training is the training's."""
    if _trainer_of(validator) is None:
        from yoloport.inside.adapt import backend

        _begin(validator, "val", backend.last_made())


@careful
def val_batch_start(validator: Any) -> None:
    """Before the batch goes to the device."""
    run = _open.get(_trainer_of(validator) or validator)
    if run:
        may_sample = not (validator.args.compile or run.runtime)
        run.begin_step("val", len(validator.dataloader), may_sample)


@careful
def val_batch_end(validator: Any) -> None:
    """After the metrics took the batch in."""
    run = _open.get(_trainer_of(validator) or validator)
    if run:
        run.end_step()


@careful
def val_end(validator: Any) -> None:
    """The validation is over."""
    if _trainer_of(validator) is None:
        _end(validator)


@careful
def predict_start(predictor: Any) -> None:
    """A prediction begins, of pictures, a video or a stream."""
    _begin(predictor, "predict", str(getattr(predictor.model, "format", "pt")))


@careful
def predict_batch_start(predictor: Any) -> None:
    """Before the batch goes to the device. With ``embed`` upstream gives results away in mid-batch."""
    run = _open.get(predictor)
    if run:
        kind = predictor.source_type
        total = 0 if kind.stream else 1 if kind.from_img or kind.tensor else len(predictor.dataset)
        may_sample = not (predictor.args.embed or predictor.args.compile or run.runtime)
        run.begin_step("predict", total, may_sample)


@careful
def predict_batch_end(predictor: Any) -> None:
    """After postprocessing; drawing and saving pictures is not the device's work."""
    run = _open.get(predictor)
    if run:
        run.end_step()


@careful
def predict_end(predictor: Any) -> None:
    """The source is read to its end."""
    _end(predictor)
