"""What the tests of every renderer go through."""

from __future__ import annotations

from pathlib import Path

RECORDED = {
    "cpu": "laptop",
    "ascend": "ascend-310p",
    "cambricon": "cambricon-mlu370",
    "rockchip": "rockchip-rk3588",
    "cuda": "nvidia",
}
"""By platform a recorded machine."""

FOLDERS = [
    Path("/srv/with space"),
    Path('/srv/say "x"'),
    Path("/srv/it's"),
    Path("/srv/100%h"),
    Path("/srv/$HOME/${USER}"),
    Path("/srv/back\\slash\\n"),
    Path("/srv/a:b;c#d & e: f"),
    Path("/srv/数据"),
]
