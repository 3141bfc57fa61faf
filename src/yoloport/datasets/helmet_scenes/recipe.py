"""How to train YOLOv8n on helmet scenes on a CPU within minutes, in the words of Ultralytics' ``train()``.

Measured 2026-11-23 on two shared cores (AMD EPYC, AVX-512), Ultralytics 8.4.190, torch 2.14.1, ``yolov8n.yaml`` from
random weights, 200 + 50 pictures of 640 x 480, seed 0, validation at the end only. "cpu s" is processor seconds of the
whole run, start-up included: what stays the same when others use the machine.

Scenes with heads from 34 pixels (an earlier drawing; scale 0.3, translate 0.1):
    imgsz 256, batch 8, 12 epochs, AdamW 0.002, warm-up 0.5   mAP50 0.631   184 cpu s
    imgsz 224, batch 4, 16 epochs, AdamW 0.002, no warm-up    mAP50 0.602   303 cpu s (800 steps of 4 are no better)
    imgsz 224, batch 8, MuSGD 0.01                            stopped: 1.2 steps/s against 1.8, loss behind AdamW's
Scenes with heads from 41 pixels, as they are drawn now (scale 0.1, translate 0.05, no warm-up, AdamW 0.003):
    imgsz 192, batch 8, 20 epochs                             mAP50 0.797   238 cpu s
    imgsz 192, batch 8, 30 epochs                             mAP50 0.863   438 cpu s (helmet 0.895, head 0.831)
What helped: one optimizer step a batch (``nbs`` = ``batch``; upstream gathers 64 pictures for one), no warm-up, little
scaling and shifting (so few epochs underfit, they never overfit), a small ``imgsz``.

Threads decide as much. Ultralytics trains with one thread fewer than there are cores, so with one on two cores
(``torch.set_num_threads`` in ``select_device``). Set back to all in an ``on_train_start`` callback, imgsz 224 and
batch 4 made 5.7-6.6 steps/s instead of 3.7-4.3. Where others use the cores too, OpenMP's waiting threads spin against
them; how long they may is set in ``supervise/variables.py``, with its own measurements.
"""

from __future__ import annotations

FULL = 6000  # pictures shown to random weights in all: 30 epochs of 200
FROM_SCRATCH: dict[str, object] = {
    "imgsz": 192,
    "batch": 8,
    "nbs": 8,
    "optimizer": "AdamW",
    "lr0": 0.003,
    "lrf": 0.01,
    "cos_lr": True,
    "warmup_epochs": 0.0,
    "mosaic": 0.0,
    "close_mosaic": 0,
    "scale": 0.1,
    "translate": 0.05,
    "hsv_s": 0.4,
    "hsv_v": 0.3,
    "erasing": 0.0,
    "cache": "ram",
    "workers": 0,
    "amp": False,
}


def recipe(pictures: int, pretrained: bool, epochs: int | None = None) -> dict[str, object]:
    """Keywords for ``YOLO(...).train(data=..., **recipe(...))``.

    Args:
        pictures: training pictures, at least 1: fewer pictures are shown more often.
        pretrained: whether the model starts from trained weights. Then upstream's own settings serve best, and three
            epochs at imgsz 320 show what there is to see.
        epochs: how many; by default 3 for trained weights, and as many as random weights need.
    """
    if pretrained:
        return {"imgsz": 320, "epochs": epochs or 3}
    return {**FROM_SCRATCH, "epochs": epochs or max(1, round(FULL / max(pictures, 1)))}
