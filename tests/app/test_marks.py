"""The small graphics: where things stand, and that nothing is said by colour alone."""

from decimal import Decimal
from fractions import Fraction

import pytest

from app.components.marks import bullet, scale_top, spark, stack
from app.components.waterfall import waterfall
from app.components.words import formula_text, state_text
from app.figures import distribution, trend_by_month
from app.i18n import speaking
from app.views import Bucket, MonthPoint, States, Step
from tests.app.reading import elements, of_class, text


@pytest.mark.parametrize(
    ("value", "target", "unit", "top"),
    [
        ("0.88", "0.92", "share", 1.0),
        ("0.0363", "0.03", "share", 0.05),  # 0.0363 × 1.25 = 0.0454, up to the next half step: 0.045 → 0.05
        ("21.2", "30", "s", 40.0),  # 37.5, up to 40
        ("95.1", "95", "points", 100.0),
        ("4.35", "4.5", "points", 5.0),
        (None, None, "share", 1.0),
        ("0", "0", "contacts", 1.0),
    ],
)
def test_an_axis_ends_at_a_round_number_above_value_and_target(
    value: str | None, target: str | None, unit: str, top: float
) -> None:
    read = [None if text is None else Fraction(text) for text in (value, target)]
    assert scale_top(read[0], read[1], unit) == pytest.approx(top)


def test_a_bullet_bar_begins_at_zero_and_its_tick_stands_at_the_target() -> None:
    mark = bullet(Fraction(44, 50), Fraction(46, 50), "share", "higher", "missed")
    assert of_class(mark, "bullet-bar")[0].style == {"width": "88.00%"}
    assert of_class(mark, "bullet-target")[0].style == {"left": "92.00%"}
    assert of_class(mark, "bullet-good")[0].style == {"left": "92.00%", "right": "0"}  # the good side: above
    low = bullet(Fraction(20), Fraction(30), "s", "lower", "met")
    assert of_class(low, "bullet-good")[0].style == {"left": "0", "width": "75.00%"}  # 30 of 40: below


def point(month: int, value: str | None, verdict: str = "met") -> MonthPoint:
    return MonthPoint(
        f"2026-{month:02d}", "s", None if value is None else Fraction(value), Fraction(9, 10), verdict, 10
    )


def test_a_spark_marks_missed_months_and_the_last_one_and_breaks_where_nothing_was_measured() -> None:
    months = [
        point(1, "0.95"),
        point(2, "0.85", "missed"),
        point(3, None, "no data"),
        point(4, "0.91"),
        point(5, "0.92"),
    ]
    mark = spark(months, "share")
    assert [one.className for one in of_class(mark, "spark-dot")] == ["spark-dot is-missed", "spark-dot is-met is-last"]
    line = of_class(mark, "spark-line")[0].style["maskImage"]
    assert line.count("polyline") == 2
    assert text(spark([point(1, None)], "share")) == ""


def test_a_stack_has_a_part_a_state_as_wide_as_its_share_and_a_word_and_a_link_each() -> None:
    states = States(90, 6, 0, (("short abandon", 3),), (("no queue time", 1),), 0)
    with speaking("en"):
        mark = stack(states, "s", "i", legend=True)
    parts = of_class(mark, "stack-part")
    assert [part.style["flexGrow"] for part in parts] == ["90", "6", "1", "3"]
    assert [part.href for part in parts][1] == "/items/s/i?state=missed"
    assert [text(one) for one in of_class(mark, "stack-word")][1].endswith("missed 6 (6.00 %)")
    assert states.population == 100


def test_the_bars_of_a_waterfall_begin_where_the_last_one_ended() -> None:
    steps = [
        Step("fees", Decimal(100)),
        Step("deductions", Decimal(-40)),
        Step("tax", Decimal(6)),
        Step("payable", Decimal(66)),
    ]
    bars = of_class(waterfall(steps, "CNY", "s"), "fall-bar")
    assert [bar.style for bar in bars] == [
        {"left": "0.00%", "width": "100.00%"},
        {"left": "60.00%", "width": "40.00%"},
        {"left": "60.00%", "width": "6.00%"},
        {"left": "0.00%", "width": "66.00%"},
    ]


def test_formulas_and_states_are_said_in_the_readers_language() -> None:
    with speaking("zh"):
        assert formula_text("1.00% × 420000.00 × 4 started steps of 1 × 13/28 days") == (
            "1.00% × 420000.00 × 4 步（每步 1，不足一步按一步） × 13/28 天"
        )
        assert state_text("excluded: short abandon") == "剔除：短时放弃"
    with speaking("en"):
        assert formula_text("2.00% × 100.00 (tier 4.2 to 4.5)") == "2.00% × 100.00 (tier 4.2 to 4.5)"
        assert state_text("excluded: something new") == "excluded: something new"


def test_a_distribution_is_red_from_the_limit_on_but_not_from_a_target_of_the_mean() -> None:
    buckets = [Bucket(Decimal(n * 10), Decimal(n * 10 + 10), 5) for n in range(4)]
    bars = distribution(buckets, Decimal(20), None, lambda span: f"/items?amount={span}")["data"][0]
    assert bars["customdata"][1::2] == ["/items?amount=10-20", "/items?amount=30-"]
    colours = bars["marker"]["color"]
    assert len(set(colours[:2])) == len(set(colours[2:])) == 1 != len(set(colours))
    assert len(set(distribution(buckets, None, Decimal(20), str)["data"][0]["marker"]["color"])) == 1


def test_months_are_bars_from_zero_and_missed_ones_are_hatched_too() -> None:
    figure = trend_by_month([point(1, "0.95"), point(2, "0.85", "missed")], "share", lambda one: f"/{one}")
    assert figure["layout"]["yaxis"]["rangemode"] == "tozero"
    assert figure["data"][0]["marker"]["pattern"]["shape"] == ["", "/"]
    assert figure["data"][0]["y"] == [95.0, 85.0]


def test_no_mark_holds_an_unknown_element() -> None:
    assert {type(one).__name__ for one in elements(bullet(None, None, "share", "higher", "no data"))} == {"Div"}
