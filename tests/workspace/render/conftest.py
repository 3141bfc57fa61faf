"""Plans settled from recorded machines, as ``yoloport render --snapshot`` settles them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from workspace.recorded import MACHINES
from workspace.render.cases import RECORDED
from yoloport.workspace.render_asked import Asked, Settled, settle


@pytest.fixture
def settled() -> Callable[..., Settled]:
    """``settled("ascend", devices="0")``: for the recorded machine of that platform; ``elsewhere=1`` for none."""

    def build(platform: str, **asked: Any) -> Settled:
        if "cards" in asked:
            return settle(Asked(platform=platform, **asked))
        return settle(Asked(snapshot=MACHINES / f"{RECORDED.get(platform, platform)}.toml", **asked))

    return build
