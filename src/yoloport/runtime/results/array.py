"""Arrays that code written for tensors can go on using."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Array(np.ndarray):
    """A numpy array with the few methods of a tensor that code around detections calls: ``boxes.xyxy.cpu().numpy()``.

    One element converts to a number, as ``int(box.cls)`` expects (numpy 2.4 refuses that for other than a scalar).
    """

    def cpu(self) -> Array:
        """Itself: it is in the computer's memory already."""
        return self

    def detach(self) -> Array:
        """Itself: nothing is recorded for training."""
        return self

    def numpy(self) -> NDArray:
        """A plain array on the same memory."""
        return self.view(np.ndarray)

    def __int__(self) -> int:
        return int(self.item())

    def __float__(self) -> float:
        return float(self.item())


def array(values: Any) -> Array:
    """Numbers as an :class:`Array`, without copying where they are an array already."""
    return np.asarray(values).view(Array)  # type: ignore[no-any-return]
