"""Small datasets for each task, drawn here: rectangles of two colours on noise, labelled by construction."""

from __future__ import annotations

from pathlib import Path

import numpy as np

SIDE = 64
BOX = "{c} {x} {y} {w} {h}"
LINES = {
    "detect": BOX,
    "segment": "{c} {l} {t} {r} {t} {r} {b} {l} {b}",
    "obb": "{c} {l} {t} {r} {t} {r} {b} {l} {b}",
    "pose": BOX + " {l} {t} 2 {r} {b} 2",
}


def write(folder: Path, task: str, count: int = 8) -> Path:
    """Write a dataset and return what ``data=`` takes: a file, or for ``classify`` a folder.

    Args:
        folder: where to; made.
        task: ``detect``, ``segment``, ``pose``, ``obb`` or ``classify``.
        count: pictures, each of 64 x 64.
    """
    random = np.random.default_rng(0)
    for index in range(count):
        colour, corner = index % 2, random.integers(4, 24, 2)
        picture = random.integers(0, 60, (SIDE, SIDE, 3), dtype=np.uint8)
        left, top = corner
        picture[top : top + 32, left : left + 32] = (250, 40, 40) if colour else (40, 40, 250)
        if task == "classify":
            _save(folder / "train" / f"colour{colour}" / f"{index}.png", picture)
            _save(folder / "val" / f"colour{colour}" / f"{index}.png", picture)
            continue
        _save(folder / "images" / f"{index}.png", picture)
        _label(folder / "labels" / f"{index}.txt", LINES[task], colour, left / SIDE, top / SIDE)
    return folder if task == "classify" else _description(folder, task)


def _save(file: Path, picture: np.ndarray) -> None:
    from PIL import Image

    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(file)


def _label(file: Path, line: str, colour: int, left: float, top: float) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    half = 16 / SIDE
    x, y = left + half, top + half
    text = line.format(c=colour, x=x, y=y, w=2 * half, h=2 * half, l=left, t=top, r=x + half, b=y + half)
    file.write_text(text + "\n", encoding="utf-8")


def _description(folder: Path, task: str) -> Path:
    file = folder / "data.yaml"
    points = "kpt_shape: [2, 3]\n" if task == "pose" else ""
    file.write_text(f"path: {folder}\ntrain: images\nval: images\n{points}names: [blue, red]\n", encoding="utf-8")
    return file
