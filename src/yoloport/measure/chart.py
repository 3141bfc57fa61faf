"""Line charts as inline SVG: coloured by the page's style sheet, readable aloud, and the same bytes every time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 460.0, 260.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 14.0, 14.0, 42.0


@dataclass(frozen=True)
class Series:
    """One line of a chart.

    Args:
        name: its word in the legend.
        values: one number an x, in order; ``None`` where there is none.
    """

    name: str
    values: tuple[float | None, ...]

    def known(self) -> list[float]:
        """The values that are there."""
        return [value for value in self.values if value is not None and math.isfinite(value)]


def line_chart(title: str, series: Sequence[Series], x_label: str, y_label: str, top: float | None = None) -> str:
    """Draws ``series`` over 1, 2, 3 ... from zero up.

    Args:
        title: what it shows; read aloud by a screen reader, with first and last values.
        series: up to three lines; classes ``line-0`` to ``line-2`` colour them.
        x_label: word below the horizontal axis.
        y_label: word beside the vertical axis.
        top: upper end of the vertical axis; from the data by default.
    """
    count = max((len(line.values) for line in series), default=0)
    highest = top or max((value for line in series for value in line.known()), default=0.0) or 1.0
    step = _step(highest)
    ticks = [step * number for number in range(math.ceil(round(highest / step, 6)) + 1)]
    scale = _Scale(max(count, 1), ticks[-1])
    parts = [_axes(scale, ticks, x_label, y_label), *(_line(scale, i, line) for i, line in enumerate(series))]
    spoken = escape(_spoken(title, series))
    head = f'<svg class="chart" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{spoken}">'
    return f"{head}{''.join(parts)}</svg>"


@dataclass(frozen=True)
class _Scale:
    count: int
    top: float

    def x(self, number: int) -> float:
        span = max(self.count - 1, 1)
        return LEFT + (WIDTH - LEFT - RIGHT) * ((number - 1) / span if self.count > 1 else 0.5)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(value, self.top) / self.top


def _step(highest: float) -> float:
    """A round distance between grid lines: 1, 2 or 5 times a power of ten, about five of them."""
    power = 10.0 ** math.floor(math.log10(highest / 4))
    return next(factor * power for factor in (1, 2, 5, 10) if highest / (factor * power) <= 5)


def _axes(scale: _Scale, ticks: Sequence[float], x_label: str, y_label: str) -> str:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = []
    for tick in ticks:
        y = scale.y(tick)
        parts.append(f'<path class="grid" d="M{LEFT:g} {y:.1f}H{right:g}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 8:g}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for number in _epoch_ticks(scale.count):
        x = f"{scale.x(number):.1f}"
        parts.append(f'<text class="tick" x="{x}" y="{bottom + 18:g}" text-anchor="middle">{number}</text>')
    middle = (TOP + bottom) / 2
    parts.append(f'<text class="axis" x="{right:g}" y="{HEIGHT - 6:g}" text-anchor="end">{escape(x_label)}</text>')
    turned = f'transform="rotate(-90 11 {middle:g})"'
    parts.append(f'<text class="axis" x="11" y="{middle:g}" text-anchor="middle" {turned}>{escape(y_label)}</text>')
    return "".join(parts)


def _epoch_ticks(count: int) -> list[int]:
    step = max(1, int(_step(count))) if count > 6 else 1
    inner = [number for number in range(step, count + 1, step) if number == count or count - number >= step * 0.6]
    return sorted({1, *(number for number in inner if number > step * 0.6 or number == 1), count})


def _line(scale: _Scale, index: int, line: Series) -> str:
    points = [
        (scale.x(number), scale.y(value))
        for number, value in enumerate(line.values, start=1)
        if value is not None and math.isfinite(value)
    ]
    if not points:
        return ""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return (
        f'<polyline class="line line-{index}" points="{path}"/>'
        f'<circle class="dot line-{index}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
    )


def _spoken(title: str, series: Sequence[Series]) -> str:
    ends = [f"{line.name} from {line.known()[0]:.3g} to {line.known()[-1]:.3g}" for line in series if line.known()]
    return f"{title}: {', '.join(ends)}" if ends else f"{title}: no values"
