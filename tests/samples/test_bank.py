"""The figures of the real call centre: recomputed from its log, and found again in what is generated."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pytest

from pipelines.samples import bank
from pipelines.samples.calls import ABANDONED, ANSWERED, MENU_ONLY, Calls, of_day
from pipelines.samples.chance import MILLION, Curve, Dice
from pipelines.samples.contacts import Population
from pipelines.samples.days import DAY_S, PHONE_HOURS, Horizon, arrivals, date, number_of
from pipelines.samples.people import Desk

DAY = date(2026, 8, 19)  # an ordinary Wednesday


@pytest.fixture(scope="module")
def log(real_log: Callable[[str], Path]) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(
        f"""CREATE TABLE call AS
        SELECT outcome, CAST(q_time AS INT) AS wait, CAST(ser_time AS INT) AS talk, CAST(vru_time AS INT) AS menu,
               CAST(split_part(vru_entry, ':', 1) AS INT) AS hour, strptime(date, '%y%m%d') AS day
        FROM read_csv('{real_log("anonymous_bank")}/0*.txt', delim='\\t', header=true, all_varchar=true)
        WHERE outcome IN ('AGENT', 'HANG') AND CAST(q_time AS INT) BETWEEN 0 AND 3600"""
    )
    return con


def quantiles(con: duckdb.DuckDBPyConnection, column: str, where: str, curve: Curve) -> list[int]:
    places = [place / MILLION for place, _ in curve.points]
    found = con.execute(f"SELECT quantile_disc({column}, {places}) FROM call WHERE {where}").fetchall()
    return [int(value) for value in found[0][0]]


def test_the_figures_are_the_logs(log: duckdb.DuckDBPyConnection) -> None:
    hours = log.execute(
        "SELECT round(100000.0 * count(*) / sum(count(*)) OVER ()) FROM call WHERE dayofweek(day) <= 4 "
        "GROUP BY hour ORDER BY hour"
    ).fetchall()
    assert tuple(int(share) for (share,) in hours) == bank.HOUR_SHARE
    days = log.execute(
        "SELECT round(count(*) / count(DISTINCT day)) FROM call WHERE dayofweek(day) <= 4 "
        "GROUP BY dayofweek(day) ORDER BY dayofweek(day)"
    ).fetchall()
    assert tuple(int(calls) for (calls,) in days) == bank.WEEKDAY_CALLS
    at_once = dict(
        log.execute("SELECT outcome, round(10000 * avg(CAST(wait = 0 AS INT))) FROM call GROUP BY outcome").fetchall()
    )
    assert at_once == {"AGENT": bank.ANSWERED_AT_ONCE, "HANG": bank.HUNG_UP_AT_ONCE}


@pytest.mark.parametrize(
    ("column", "where", "curve"),
    [
        ("wait", "outcome = 'AGENT' AND wait > 0", bank.ANSWERED_WAIT),
        ("wait", "outcome = 'HANG' AND wait > 0", bank.HANG_WAIT),
        ("talk", "outcome = 'AGENT' AND talk BETWEEN 1 AND 3600", bank.TALK),
        ("menu", "menu BETWEEN 1 AND 600", bank.MENU),
    ],
)
def test_the_curves_are_the_logs(log: duckdb.DuckDBPyConnection, column: str, where: str, curve: Curve) -> None:
    assert quantiles(log, column, where, curve) == [value for _, value in curve.points]


@pytest.fixture(scope="module")
def calls() -> Calls:
    day = number_of(DAY)
    at = arrivals(Dice(7, day, 0), day, 60_000)
    who = Population(7, 50_000).identities(day, 0, np.arange(len(at), dtype=np.int64))
    return of_day(Dice(7, day, 11), day, at, who, Horizon(day - 30, day + 30).service(PHONE_HOURS), Desk(DAY))


def test_arrivals_follow_the_banks_hours(calls: Calls) -> None:
    first = calls.leg == 1
    found = np.bincount(calls.arrived[first] % DAY_S // 3600, minlength=24) / 60_000
    assert np.abs(found - np.array(bank.HOUR_SHARE) / 100_000).max() < 0.005


@pytest.mark.parametrize(("outcome", "curve"), [(ANSWERED, bank.ANSWERED_WAIT), (ABANDONED, bank.HANG_WAIT)])
def test_waits_have_the_banks_shape(calls: Calls, outcome: int, curve: Curve) -> None:
    """Shorter than the bank's, but of the same shape: 75th and 90th percentile in units of the median."""
    waits = calls.wait[(calls.leg == 1) & (calls.outcome == outcome) & (calls.wait > 0)]
    median, upper, top = np.quantile(waits, [0.5, 0.75, 0.9])
    real = dict(curve.points)
    real_median, real_top = real[500_000], real[900_000]
    real_upper = (real[700_000] + real[800_000]) / 2
    assert upper / median == pytest.approx(real_upper / real_median, rel=0.15)
    assert top / median == pytest.approx(real_top / real_median, rel=0.15)


def test_talk_is_the_banks(calls: Calls) -> None:
    talk = calls.talk[(calls.leg == 1) & (calls.outcome == ANSWERED)]
    assert np.median(talk) == pytest.approx(115, rel=0.05)
    assert talk.mean() == pytest.approx(189, rel=0.05)


def test_nobody_waits_in_the_menu(calls: Calls) -> None:
    assert (calls.wait[calls.outcome == MENU_ONLY] == 0).all()
