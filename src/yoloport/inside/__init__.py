"""What runs beside torch: the only package that imports torch or ultralytics.

``install()`` switches the adapter on where torch's own way of loading it is switched off
(``TORCH_DEVICE_BACKEND_AUTOLOAD=0``, or torch before 2.5).
"""

from __future__ import annotations


def install() -> None:
    """Let Ultralytics use this machine's accelerator. Twice is once; best before ``import ultralytics``."""
    from yoloport.inside.activate import install

    install()
