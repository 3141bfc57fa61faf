"""``results[0].show()`` shows the picture in a notebook's cell.

Upstream does so on Colab and Kaggle only; in any other Jupyter it opens a viewer on the server's screen, and a server
has none (Ultralytics 8.4.190, utils/plotting.py, Annotator.show).
"""

from __future__ import annotations

import io
from types import ModuleType
from typing import Any

NAMES = ("Annotator.show",)
PURPOSE = "pictures shown in notebooks"


def adapt(plotting: ModuleType) -> None:
    """Let ``Annotator.show`` of this module display in a Jupyter kernel; everywhere else it stays upstream's."""
    upstream = plotting.Annotator.show

    def show(self: Any, title: str | None = None) -> None:
        if in_notebook():
            display(self.result())
        else:
            upstream(self, title)

    show.__doc__, show.__wrapped__ = upstream.__doc__, upstream  # type: ignore[attr-defined]
    plotting.Annotator.show = show


def in_notebook() -> bool:
    """Whether this process is a Jupyter kernel, not IPython in a terminal or a plain script."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and getattr(shell, "kernel", None) is not None


def display(picture: Any) -> None:
    """Show a picture (uint8, H x W x 3, BGR) in the cell; as JPEG, since a photograph as PNG makes notebooks huge."""
    from IPython.display import Image, display
    from PIL import Image as Pillow

    buffer = io.BytesIO()
    Pillow.fromarray(picture[..., ::-1]).save(buffer, "JPEG", quality=92)
    display(Image(data=buffer.getvalue(), format="jpeg"))
