"""All that was found in one picture."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from yoloport.errors import Exit, Problem
from yoloport.runtime.results.boxes import OBB, Boxes
from yoloport.runtime.results.masks import Masks
from yoloport.runtime.results.points import Keypoints, Probs

if TYPE_CHECKING:
    from yoloport.runtime.decode.tasks import Found

KINDS = ("boxes", "masks", "probs", "keypoints", "obb")


class CannotSave(Problem):
    """An annotated picture or video that cannot be written.

    Attributes:
        file: where it should go.
        why: what is in the way.
    """

    exit = Exit.DATA_FOLDER

    def __init__(self, file: str | Path, why: str) -> None:
        self.file, self.why = Path(file), why
        super().__init__(
            f"cannot write {file}: {why}", "choose another folder, or another suffix (.jpg, .png)", "docs/en/runtime.md"
        )


class Results:
    """What was found in one picture; kinds that the task does not have are ``None``.

    Args:
        orig_img: the picture, ``(height, width, channels)``, BGR.
        path: where it came from.
        names: class names by number.
        found: the numbers.
        speed: milliseconds of ``preprocess``, ``inference`` and ``postprocess``.
        frame: number of the frame in its video or stream, from 0; ``None`` for a picture.
        fps: frames a second of that video or stream; 0 where unknown.
    """

    def __init__(
        self,
        orig_img: NDArray[np.uint8],
        path: str,
        names: dict[int, str],
        found: Found | None = None,
        speed: dict[str, float] | None = None,
        frame: int | None = None,
        fps: float = 0.0,
    ) -> None:
        self.orig_img, self.path, self.names, self.frame, self.fps = orig_img, path, names, frame, fps
        self.orig_shape: tuple[int, int] = (int(orig_img.shape[0]), int(orig_img.shape[1]))
        self.speed = speed or {"preprocess": 0.0, "inference": 0.0, "postprocess": 0.0}
        self.boxes = self.masks = self.keypoints = self.obb = self.probs = None
        if found is not None:
            self._take(found)

    boxes: Boxes | None
    masks: Masks | None
    keypoints: Keypoints | None
    obb: OBB | None
    probs: Probs | None

    def _take(self, found: Found) -> None:
        shape = self.orig_shape
        self.boxes = None if found.boxes is None else Boxes(found.boxes, shape)
        self.masks = None if found.masks is None else Masks(found.masks, shape)
        self.keypoints = None if found.keypoints is None else Keypoints(found.keypoints, shape)
        self.obb = None if found.obb is None else OBB(found.obb, shape)
        self.probs = None if found.probs is None else Probs(found.probs, shape)

    def __len__(self) -> int:
        """How many detections; a classified picture counts its classes, as Ultralytics' results do."""
        return next((len(getattr(self, kind)) for kind in KINDS if getattr(self, kind) is not None), 0)

    def __getitem__(self, index: Any) -> Results:
        """The detections of an index, a slice or a mask alone."""
        part = Results(self.orig_img, self.path, self.names, None, self.speed, self.frame, self.fps)
        for kind in KINDS:
            rows = getattr(self, kind)
            if rows is not None:
                setattr(part, kind, rows if kind == "probs" else rows[index])
        return part

    def __iter__(self) -> Iterator[Results]:
        return (self[place] for place in range(0 if self.probs is not None else len(self)))

    def __repr__(self) -> str:
        return f"Results({self.path!r}: {self.verbose().rstrip(', ') or 'nothing'})"

    def cpu(self) -> Results:
        """Itself; for code written for tensors."""
        return self

    def numpy(self) -> Results:
        """Itself; for code written for tensors."""
        return self

    def verbose(self) -> str:
        """What was found, in a line: ``2 persons, 1 bus, ``; the first five classes of a classified picture."""
        from yoloport.runtime.results.summary import line

        return line(self)

    def summary(self, normalize: bool = False, decimals: int = 5) -> list[dict[str, Any]]:
        """The detections as plain data, most confident first.

        Args:
            normalize: coordinates as fractions of the picture's sides.
            decimals: digits after the point.
        """
        from yoloport.runtime.results.summary import rows

        return rows(self, normalize, decimals)

    def to_json(self, normalize: bool = False, decimals: int = 5) -> str:
        """:meth:`summary` as a JSON list."""
        return json.dumps(self.summary(normalize, decimals), ensure_ascii=False)

    def plot(self, conf: bool = True, labels: bool = True, line_width: int | None = None) -> NDArray[np.uint8]:
        """A copy of the picture with everything drawn in.

        Args:
            conf: write the confidences.
            labels: write the class names.
            line_width: of boxes, in pixels; chosen by the picture's size where it is not given.
        """
        from yoloport.runtime.results.draw import drawn

        return drawn(self, conf, labels, line_width)

    def save(self, filename: str | Path = "", **how: Any) -> str:
        """Write :meth:`plot` to a file; its suffix chooses the format. Returns the file's name.

        Raises:
            CannotSave: the folder cannot be written, or the suffix is of no picture format.
        """
        import cv2

        file = Path(filename or f"results_{Path(self.path).name}")
        try:
            file.absolute().parent.mkdir(parents=True, exist_ok=True)
            done, data = cv2.imencode(file.suffix or ".jpg", self.plot(**how))
            if done:
                file.write_bytes(data.tobytes())  # cv2.imwrite cannot write every path, and says nothing of a full disk
        except (OSError, cv2.error) as error:
            why = getattr(error, "strerror", None) or f"no picture format has the suffix {file.suffix!r}"
            raise CannotSave(file, why) from None
        if not done:
            raise CannotSave(file, f"cv2 cannot encode {file.suffix!r}")
        return str(file)

    def save_txt(self, txt_file: str | Path, save_conf: bool = False) -> str:
        """Append the detections to a label file, one line each, in Ultralytics' label format. Returns its name."""
        from yoloport.runtime.results.labels import lines

        text = lines(self, save_conf)
        if text:
            file = Path(txt_file)
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a", encoding="utf-8") as opened:
                opened.writelines(f"{one}\n" for one in text)
        return str(txt_file)

    def to_supervision(self) -> Any:
        """The same as ``supervision`` objects: ``Detections``, ``KeyPoints`` or ``Classifications``.

        Raises:
            ImportError: the library supervision is not installed.
        """
        from yoloport.runtime.results.supervise import converted

        return converted(self)
