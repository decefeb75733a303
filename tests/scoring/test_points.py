"""Every form of scoring at its edges, in both directions; steps; values moved to a step."""

from decimal import Decimal
from fractions import Fraction

import pytest

from pipelines.contract.model import Scoring
from pipelines.metrics.declare import metric_named
from pipelines.scoring.points import compared, is_met, points, steps_beyond

RATE, WAIT = metric_named("phone.connect_rate@1"), metric_named("phone.average_wait@1")  # higher, lower is better


def earned(form: dict[str, object], value: str, *, target: str = "0.92", metric=RATE, weight: str = "10") -> Fraction:
    return points(Fraction(value), Fraction(target), Scoring.model_validate(form), metric, Decimal(weight))


@pytest.mark.parametrize(("value", "percent"), [("0.92", 100), ("0.919999", 0), ("1", 100)])
def test_pass_fail(value, percent):
    assert earned({"form": "pass_fail"}, value) == percent


@pytest.mark.parametrize(("value", "percent"), [("30", 100), ("30.000001", 0), ("0", 100)])
def test_pass_fail_where_lower_is_better(value, percent):
    assert earned({"form": "pass_fail"}, value, target="30", metric=WAIT) == percent


BANDS = [{"from": "0", "points": "0"}, {"from": "0.9", "points": "70"}, {"from": "0.92", "points": "90"}]


@pytest.mark.parametrize(("value", "percent"), [("0.8999", 0), ("0.9", 70), ("0.9199", 70), ("0.92", 90), ("1", 90)])
def test_bands(value, percent):
    assert earned({"form": "bands", "bands": BANDS}, value) == percent


@pytest.mark.parametrize(
    ("value", "percent"), [("0", 100), ("18", 100), ("18.000001", 90), ("25", 90), ("26", 60), ("99", 60)]
)
def test_bands_where_lower_is_better(value, percent):
    bands = [{"from": "0", "points": "100"}, {"from": "18", "points": "90"}, {"from": "25", "points": "60"}]
    assert earned({"form": "bands", "bands": bands}, value, metric=WAIT) == percent


def test_closed_overrides_the_direction():
    assert earned({"form": "bands", "bands": BANDS, "closed": "right"}, "0.92") == 70


@pytest.mark.parametrize(("value", "percent"), [("0.5", 0), ("0.75", 0), ("0.8", 50), ("0.85", 100), ("1", 100)])
def test_linear(value, percent):
    assert earned({"form": "linear", "zero_at": "75%", "full_at": "85%"}, value) == percent


@pytest.mark.parametrize(
    ("value", "percent"), [("0", 100), ("30", 100), ("40", Fraction(200, 3)), ("60", 0), ("90", 0)]
)
def test_linear_where_lower_is_better(value, percent):
    assert earned({"form": "linear", "zero_at": "60", "full_at": "30"}, value, metric=WAIT) == percent


# row 14 of the sample appendix: ≥ 96 100 · linear to 70 at 92 · 85–92 70 · < 85 0
JUMP = [("85", "0"), ("85", "70"), ("92", "70"), ("96", "100")]


@pytest.mark.parametrize("written", [JUMP, JUMP[::-1]])
@pytest.mark.parametrize(
    ("value", "percent"),
    [("84.9999", 0), ("85", 70), ("90", 70), ("92", 70), ("94", 85), ("96", 100), ("100", 100), ("0", 0)],
)
def test_a_line_with_a_jump_written_either_way(written, value, percent):
    form = {"form": "piecewise", "at": [{"at": at, "points": height} for at, height in written]}
    assert earned(form, value) == percent


# row 11: ≤ 14 % 100 · linear to 70 at 17 % · 17–20 % 70 · > 20 % 0
@pytest.mark.parametrize(
    ("value", "percent"),
    [("0", 100), ("0.14", 100), ("0.155", 85), ("0.17", 70), ("0.2", 70), ("0.200001", 0), ("1", 0)],
)
def test_at_a_jump_the_better_side_holds_where_lower_is_better_too(value, percent):
    corners = [("0.14", "100"), ("0.17", "70"), ("0.20", "70"), ("0.20", "0")]
    form = {"form": "piecewise", "at": [{"at": at, "points": height} for at, height in corners]}
    assert earned(form, value, metric=metric_named("phone.abandonment@1")) == percent


@pytest.mark.parametrize(
    ("value", "percent"),
    [("4.5", 100), ("4.6", 100), ("4.499999", 90), ("4.4", 90), ("4.399999", 80), ("3.4", 0), ("0", 0)],
)
def test_per_step_loses_for_each_started_step(value, percent):
    assert earned({"form": "per_step", "step": "0.1", "lose": "10"}, value, target="4.5") == max(percent, 0)


def test_per_step_has_a_floor_and_may_count_full_steps():
    assert earned({"form": "per_step", "step": "0.1", "lose": "10", "floor": "40"}, "1", target="4.5") == 40
    assert earned({"form": "per_step", "step": "0.1", "lose": "10", "steps": "full"}, "4.31", target="4.5") == 90


def test_a_step_may_cost_points_of_the_weight_itself():
    # 1 point of a weight of 12 is 8.33 percent of it
    form = {"form": "per_step", "step": "0.1", "lose": "1", "lose_unit": "weight"}
    assert earned(form, "4.3", target="4.5", weight="12") == 100 - Fraction(200, 12)


@pytest.mark.parametrize(
    ("value", "better", "mode", "count"),
    [
        ("0.92", "higher", "started", 0),
        ("0.95", "higher", "started", 0),
        ("0.91", "higher", "started", 1),  # an exact multiple is exactly that many
        ("0.909999", "higher", "started", 2),
        ("0.90", "higher", "full", 2),
        ("0.900001", "higher", "full", 1),
        ("0.93", "lower", "started", 1),
        ("0.93", "lower", "full", 1),
        ("0.91", "lower", "full", 0),
    ],
)
def test_steps_beyond_the_target(value, better, mode, count):
    found = steps_beyond(Fraction(value), Fraction("0.92"), better, step=Decimal("0.01"), relative=False, mode=mode)
    assert found == count


def test_a_relative_step_is_a_part_of_the_target():
    # 10 % of 30 s are 3 s: 36 s is two steps beyond
    assert steps_beyond(Fraction(36), Fraction(30), "lower", step=Decimal("0.1"), relative=True, mode="started") == 2


@pytest.mark.parametrize(
    ("value", "step", "rounding", "as_compared"),
    [
        ("0.89995", None, "half_up", "0.89995"),
        ("0.89995", "0.0001", "half_up", "0.9"),
        ("0.89995", "0.0001", "down", "0.8999"),
        ("0.899949", "0.0001", "half_up", "0.8999"),
        ("36.5", "1", "half_up", "37"),
        ("36.5", "1", "down", "36"),
        ("7", "5", "half_up", "5"),
    ],
)
def test_values_are_moved_to_a_step_only_where_one_is_stated(value, step, rounding, as_compared):
    assert compared(Fraction(value), None if step is None else Decimal(step), rounding) == Fraction(as_compared)


def test_on_target_is_met_in_both_directions():
    third = Fraction(1, 3)
    assert is_met(third, third, "higher")
    assert is_met(third, third, "lower")
    assert not is_met(third - Fraction(1, 10**30), third, "higher")
    assert not is_met(third + Fraction(1, 10**30), third, "lower")


@pytest.mark.parametrize(("value", "percent"), [("0.92", 100), ("0.874", 95), ("0.828", 90)])
def test_steps_that_are_a_part_of_the_target(value, percent):
    # a step is 5 % of 0.92, that is 0.046, and loses 5
    assert earned({"form": "per_step", "step": "5%", "relative": "true", "lose": "5"}, value) == percent
