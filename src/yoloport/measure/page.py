"""Renders a demo's report as one HTML file: pictures and curves inside, no script, nothing fetched."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from yoloport.measure import words
from yoloport.measure.boxes import Box
from yoloport.measure.chart import Series, line_chart
from yoloport.measure.report import DemoReport, Picture, Step

COLOURS = 6
STAGES = ("preprocess", "inference", "postprocess")


def render(report: DemoReport) -> str:
    """The report as a page; the same report gives the same bytes."""
    environment = Environment(
        loader=PackageLoader("yoloport.measure"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        duration=words.duration, score=words.score, small=words.small, boxes_in_words=boxes_in_words
    )
    page = environment.get_template("report.html.j2")
    return page.render(
        report=report,
        verdict=words.verdict(report),
        warning=words.device_warning(report),
        photograph_note=words.photograph_note(report),
        milliseconds=words.milliseconds_a_picture(report),
        stages=STAGES,
        bars=bars(report.steps),
        losses=_losses(report),
        accuracy=_accuracy(report),
        panel=panel,
        embed=embed,
        legend=_legend(report),
        total=sum(step.seconds for step in report.steps),
    )


def _losses(report: DemoReport) -> Markup:
    epochs = report.training.epochs
    names = (("box", "box_loss"), ("class", "cls_loss"), ("edges (dfl)", "dfl_loss"))
    lines = [Series(name, tuple(getattr(epoch, field) for epoch in epochs)) for name, field in names]
    return Markup(line_chart("Training loss", lines, "epoch", "loss"))  # noqa: S704 - chart.py escapes its texts


def _accuracy(report: DemoReport) -> Markup:
    epochs = report.training.epochs
    names = (("mAP50", "map50"), ("mAP50-95", "map50_95"))
    lines = [Series(name, tuple(getattr(epoch, field) for epoch in epochs)) for name, field in names]
    return Markup(line_chart("Accuracy on validation pictures", lines, "epoch", "mAP", 1.0))  # noqa: S704


def _legend(report: DemoReport) -> list[tuple[str, str]]:
    shown = {box.class_number for picture in report.photographs + report.validation for box in picture.found}
    shown |= {box.class_number for picture in report.validation for box in picture.truth or ()}
    return [(colour(number), report.dataset["names"][number]) for number in sorted(shown)[:12]]


def colour(class_number: int) -> str:
    """The style class that colours a class's boxes."""
    return f"hue-{class_number % COLOURS}"


def bars(steps: Sequence[Step]) -> list[tuple[Step, float]]:
    """Each step with its share of the longest, in percent."""
    longest = max((step.seconds for step in steps), default=0.0) or 1.0
    return [(step, max(0.4, 100 * step.seconds / longest)) for step in steps]


def embed(picture: Picture, name: str) -> Markup:
    """The picture itself, once, to be shown by :func:`panel` as often as needed."""
    data = base64.b64encode(picture.jpeg).decode("ascii")
    image = f'<image width="{picture.width}" height="{picture.height}" href="data:image/jpeg;base64,{data}"/>'
    return Markup(f'<symbol id="{escape(name)}" viewBox="0 0 {picture.width} {picture.height}">{image}</symbol>')  # noqa: S704


def panel(picture: Picture, name: str, boxes: Sequence[Box], what: str) -> Markup:
    """The embedded picture ``name`` with ``boxes`` drawn over it; ``what`` says whose boxes they are."""
    unit = max(picture.width, picture.height) / 100
    drawn = "".join(_box(box, unit, picture) for box in sorted(boxes, key=_area, reverse=True))
    spoken = escape(f"{picture.title}, {what}: {boxes_in_words(boxes)}")
    return Markup(  # noqa: S704 - every text is escaped
        f'<svg class="panel" viewBox="0 0 {picture.width} {picture.height}" role="img" aria-label="{spoken}">'
        f'<use href="#{escape(name)}" width="{picture.width}" height="{picture.height}"/>{drawn}</svg>'
    )


def _area(box: Box) -> float:
    left, top, right, bottom = box.corners
    return (right - left) * (bottom - top)


def _box(box: Box, unit: float, picture: Picture) -> str:
    left, top, right, bottom = box.corners
    label = box.name if box.confidence is None else f"{box.name} {box.confidence:.2f}"
    shape = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'
    parts = [f'<rect class="box" {shape} stroke-width="{unit * 0.55:.1f}"/><title>{escape(label)}</title>']
    if right - left >= 14 * unit or (right - left) >= 0.09 * picture.width:
        parts.append(_tag(label, left, top, unit, picture))
    return f'<g class="{colour(box.class_number)}">{"".join(parts)}</g>'


def _tag(label: str, left: float, top: float, unit: float, picture: Picture) -> str:
    size, width = unit * 3.1, unit * (1.9 * len(label) + 1.4)
    x = max(0.0, min(left, picture.width - width))
    y = top - size * 1.35 if top > size * 1.35 else top
    fit = f'textLength="{width - unit * 1.4:.1f}" lengthAdjust="spacingAndGlyphs"'  # whatever font the reader has
    place = f'x="{x + unit * 0.7:.1f}" y="{y + size:.1f}" font-size="{size:.1f}"'
    return (
        f'<rect class="tag" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{size * 1.35:.1f}"/>'
        f'<text class="name" {place} {fit}>{escape(label)}</text>'
    )


def boxes_in_words(boxes: Sequence[Box]) -> str:
    """``nothing``, or ``3 helmet, 1 head``."""
    counts: dict[str, int] = {}
    for box in boxes:
        counts[box.name] = counts.get(box.name, 0) + 1
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing"
