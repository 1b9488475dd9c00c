"""Charts as SVG, the same bytes for the same numbers, each as an image that stands in the page.

An image of its own, so that the page's security policy need not allow the styles that
matplotlib writes. What a chart shows is also said in words and in a table beside it.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ACCENT, _INK, _GRID = "#0b5cad", "#1c2430", "#d5dae2"
_WIDTH_INCHES = 6.4
_LONGEST_LABEL = 42


def bar_chart(labels: Sequence[str], values: Sequence[float], shown: Sequence[str]) -> str:
    """Bars side by side, one a label, each with its value as `shown`. Returns a data URI."""
    figure, axes = _figure(0.7 + 0.36 * len(labels))
    bars = axes.barh(range(len(values)), values, color=_ACCENT, height=0.62)
    axes.bar_label(bars, labels=list(shown), padding=4, fontsize=9, color=_INK)
    axes.set_yticks(range(len(labels)), [_short(label) for label in labels])
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.set_xlim(0, max(values, default=1) * 1.28 or 1)
    _quiet(axes, "top", "right", "bottom")
    return _data_uri(figure)


def line_chart(labels: Sequence[str], values: Sequence[float | None], unit: str) -> str:
    """A line over the labels (weeks); None leaves a gap. Returns a data URI."""
    figure, axes = _figure(2.6)
    heights = [float("nan") if value is None else value for value in values]
    axes.plot(range(len(heights)), heights, color=_ACCENT, marker="o", markersize=4)
    step = max(1, len(labels) // 8)
    axes.set_xticks(range(0, len(labels), step), list(labels)[::step])
    axes.set_ylim(0, max((value for value in values if value is not None), default=1) * 1.1 or 1)
    axes.set_ylabel(unit)
    axes.grid(axis="y", color=_GRID)
    _quiet(axes, "top", "right")
    return _data_uri(figure)


def _figure(height: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure as NewFigure

    figure = NewFigure(figsize=(_WIDTH_INCHES, height), layout="constrained")
    axes: Any = figure.subplots()
    axes.tick_params(labelsize=9, colors=_INK, length=0)
    return figure, axes


def _quiet(axes: Axes, *sides: str) -> None:
    for side in sides:
        axes.spines[side].set_visible(False)
    for spine in axes.spines.values():
        spine.set_color(_GRID)


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1] + "…"


def _data_uri(figure: Figure) -> str:
    import matplotlib

    target = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "j3399", "svg.fonttype": "path"}):
        figure.savefig(target, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(target.getvalue()).decode()
