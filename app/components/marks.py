"""Small graphics for tables, drawn with boxes and masks so that they take the theme's ink: bullet, spark, stack."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, log10
from urllib.parse import quote

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.attributes import HIDDEN, labelled
from app.components.verdict import SHAPES, slug
from app.i18n import count_text, month_text, t, value_text
from app.views import IndicatorRow, MonthPoint, States

SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 120, 28, 4


def percent(part: float) -> str:
    """Return a share of a box's length for CSS."""
    return f"{min(1.0, max(0.0, part)) * 100:.2f}%"


def scale_top(value: Fraction | None, target: Fraction | None, unit: str) -> float:
    """Return where a bar's axis ends (it begins at 0): a share near 1 ends at 1, else a round number above both."""
    largest = max((float(x) for x in (value, target) if x is not None), default=1.0)
    if unit == "share" and largest > 0.4:
        return 1.0
    if largest <= 0:
        return 1.0
    if unit == "points":  # scales of ratings and inspections: to 5, to 10, to 100
        return next((top for top in (5.0, 10.0, 100.0) if largest <= top), largest)
    wanted = largest * 1.25
    power = 10.0 ** floor(log10(wanted))
    return float(ceil(wanted / power * 2) / 2 * power)


def bullet(value: Fraction | None, target: Fraction | None, unit: str, better: str, verdict: str) -> Component:
    """Return a bar from 0 to the value with the target's tick; the good side of the target is shaded behind."""
    top = scale_top(value, target, unit)
    parts = []
    if target is not None:
        at = float(target) / top
        side = {"left": percent(at), "right": "0"} if better == "higher" else {"left": "0", "width": percent(at)}
        parts.append(html.Span(className="bullet-good", style=side))
    if value is not None:
        parts.append(html.Span(className="bullet-bar", style={"width": percent(float(value) / top)}))
    if target is not None:
        parts.append(html.Span(className="bullet-target", style={"left": percent(float(target) / top)}))
    words = t(
        "mark.bullet",
        value=value_text(value, unit),
        target=value_text(target, unit),
        top=value_text(Fraction(top), unit),
    )
    return html.Div(parts, className=f"bullet is-{slug(verdict)}", title=words, role="img", **labelled(words))


def spark(points: Sequence[MonthPoint], unit: str) -> Component:
    """Return the last months as a line with the target behind; missed months bear a mark, the last one a dot."""
    known = [float(x) for p in points for x in (p.value, p.target) if x is not None]
    if not known:
        return html.Div("—", className="spark is-empty")
    low, high = min(known), max(known)
    spread = (high - low) or abs(high) or 1.0

    def x(place: int) -> float:
        return (place + 0.5) / len(points) * SPARK_WIDTH

    def y(number: float) -> float:
        return SPARK_HEIGHT - SPARK_MARGIN - (number - low) / spread * (SPARK_HEIGHT - 2 * SPARK_MARGIN)

    values = [(x(i), y(float(p.value))) if p.value is not None else None for i, p in enumerate(points)]
    targets = [
        corner
        for i, p in enumerate(points)
        for corner in (
            [None]
            if p.target is None
            else [
                (x(i) - SPARK_WIDTH / len(points) / 2, y(float(p.target))),
                (x(i) + SPARK_WIDTH / len(points) / 2, y(float(p.target))),
            ]
        )
    ]
    dots = [
        html.Span(
            className=f"spark-dot is-{slug(point.verdict)}" + (" is-last" if i == len(points) - 1 else ""),
            style={"left": percent(at[0] / SPARK_WIDTH), "top": percent(at[1] / SPARK_HEIGHT)},
        )
        for i, (at, point) in enumerate(zip(values, points, strict=True))
        if at is not None and (point.verdict == "missed" or i == len(points) - 1)
    ]
    words = "\n".join(
        f"{month_text(p.month)}  {value_text(p.value, unit)}  {t('verdict.' + slug(p.verdict))}" for p in points
    )
    return html.Div(
        [_line(targets, "spark-target"), _line(values, "spark-line"), *dots],
        className="spark",
        title=words,
        role="img",
        **labelled(words),
    )


def _line(points: Sequence[tuple[float, float] | None], style: str) -> Component:
    """Draw a broken line as a mask, so that its colour is the theme's."""
    runs: list[list[str]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(f"{point[0]:.1f},{point[1]:.1f}")
    lines = "".join(
        f"<polyline points='{' '.join(run)}' fill='none' stroke='#000' stroke-width='1.6' stroke-linejoin='round' "
        "vector-effect='non-scaling-stroke'/>"
        for run in runs
        if len(run) > 1
    )
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {SPARK_WIDTH} {SPARK_HEIGHT}' "
        f"preserveAspectRatio='none'>{lines}</svg>"
    )
    return html.Span(className=style, style={"maskImage": f'url("data:image/svg+xml,{quote(svg)}")'})


def stack(states: States, statement_id: str, indicator_id: str, *, legend: bool = False) -> Component:
    """Return the population by state; each part leads to its items."""
    whole = states.population
    if not whole:
        return html.Div(t("mark.no_items"), className="stack-empty")
    parts, words = [], []
    for kind, n in states.parts:
        if not n:
            continue
        label = t("mark.part", state=t(f"state.{kind}"), n=count_text(n), share=value_text(Fraction(n, whole), "share"))
        href = links.items(statement_id, indicator_id, state=kind)
        parts.append(
            dcc.Link("", href=href, title=label, className=f"stack-part is-{kind}", style={"flexGrow": str(n)})
        )
        key = html.Span(SHAPES[kind], className=f"stack-key is-{kind}", **HIDDEN)
        words.append(dcc.Link([key, label], href=href, className="stack-word"))
    bar = html.Div(parts, className="stack", role="group", **labelled(t("mark.stack")))
    return html.Div([bar, html.Div(words, className="stack-words")]) if legend else bar


def row_bullet(row: IndicatorRow) -> Component:
    """Return an indicator's bullet bar."""
    return bullet(row.measure.value, row.target, row.unit, row.better, row.verdict)
