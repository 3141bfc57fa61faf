"""What runs beside torch: the only package that imports torch or ultralytics.

``install()`` switches the adapter on where torch's own way of loading it is switched off
(``TORCH_DEVICE_BACKEND_AUTOLOAD=0``, or torch before 2.5); ``report()`` tells what ran where in this process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yoloport.inside.proof.report import RunProof


def install() -> None:
    """Let Ultralytics use this machine's accelerator. Twice is once; best before ``import ultralytics``."""
    from yoloport.inside.activate import install

    install()


def report() -> tuple[RunProof, ...]:
    """What each training, validation and prediction of this process ran on, the last one first."""
    from yoloport.inside.proof.report import report

    return report()
