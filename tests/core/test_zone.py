"""Offsets as data: repeated and skipped hours, half-hour steps, zones that stopped, days without a midnight."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.core.problem import Refused
from pipelines.core.zone import (
    day_begins_at,
    instant_to_local,
    local_pieces,
    local_to_instant,
    utc_pieces,
    utc_pieces_between,
    zone_named,
)

HOUR = timedelta(hours=1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "shown", "instant"),
    [
        ("Asia/Shanghai", "2026-10-01T00:00", "2026-09-30T16:00"),
        ("Asia/Kolkata", "2026-10-01T05:30", "2026-10-01T00:00"),
        ("Asia/Kathmandu", "2026-10-01T05:45", "2026-10-01T00:00"),
        # New York 2026-03-08: 02:00 becomes 03:00 at 07:00Z; a time that never was is the transition
        ("America/New_York", "2026-03-08T01:59:59", "2026-03-08T06:59:59"),
        ("America/New_York", "2026-03-08T02:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-03-08T02:59:59", "2026-03-08T07:00"),
        ("America/New_York", "2026-03-08T03:00", "2026-03-08T07:00"),
        # 2026-11-01: 02:00 becomes 01:00 at 06:00Z; 01:30 happens twice, the first is meant
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("America/New_York", "2026-11-01T02:00", "2026-11-01T07:00"),
        # Lord Howe moves by half an hour: 2026-04-05 02:00 (+11) becomes 01:30 (+10:30) at 15:00Z of the 4th
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),
        ("Australia/Lord_Howe", "2026-04-05T02:00", "2026-04-04T15:30"),
        # Tehran stopped setting its clock in 2022, Mexico City too
        ("Asia/Tehran", "2022-06-01T00:00", "2022-05-31T19:30"),
        ("Asia/Tehran", "2023-06-01T00:00", "2023-05-31T20:30"),
        ("America/Mexico_City", "2022-06-01T00:00", "2022-06-01T05:00"),
        ("America/Mexico_City", "2023-06-01T00:00", "2023-06-01T06:00"),
    ],
)
def test_a_local_time_is_one_instant(zone, shown, instant):
    assert local_to_instant(local(shown), zone) == utc(instant)


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        # São Paulo until 2019: the clock jumped from 24:00 to 01:00, so that the day began at 01:00; and back at 24:00
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00", 23),
        ("America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00", 25),
        ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00", 23),
        ("Asia/Beirut", "2026-10-24", "2026-10-23T21:00", 25),
        ("Asia/Shanghai", "2026-10-01", "2026-09-30T16:00", 24),
        # Samoa crossed the date line: 2011-12-30 never was
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00", 0),
    ],
)
def test_a_day_begins_at_its_first_instant_and_has_its_own_length(zone, day, begins, hours):
    on = date.fromisoformat(day)
    assert day_begins_at(on, zone) == utc(begins)
    assert day_begins_at(on + timedelta(days=1), zone) - day_begins_at(on, zone) == hours * HOUR


def test_the_kinds_of_local_time_are_named():
    pieces = {p.from_local: (p.kind, p.offset_s) for p in local_pieces("Australia/Lord_Howe", 2026, 2027)}
    assert pieces == {
        None: ("plain", 39600),
        local("2026-04-05T01:30"): ("repeated", 39600),
        local("2026-04-05T02:00"): ("plain", 37800),
        local("2026-10-04T02:00"): ("skipped", 37800),
        local("2026-10-04T02:30"): ("plain", 39600),
    }


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "America/St_Johns"])
def test_every_instant_is_shown_as_the_zone_shows_it(zone):
    at, known = utc("2009-01-01T00:07"), zone_named(zone)
    for _ in range(24 * 370):
        at += HOUR
        assert instant_to_local(at, zone) == at.astimezone(known).replace(tzinfo=None)


@pytest.mark.parametrize(
    "zone",
    [
        "Africa/Cairo",
        "Africa/Casablanca",
        "Asia/Gaza",
        "Asia/Tehran",
        "Europe/Istanbul",
        "America/Havana",
        "Asia/Amman",
    ],
)
def test_no_transition_is_missed_between_two_weeks(zone):
    """Bisection looks at one change a week; asked every three hours, the zone has no others."""
    known, pieces = zone_named(zone), utc_pieces(zone)
    changes, at, before = [], datetime(1995, 1, 1, tzinfo=UTC), None
    while at < datetime(2026, 1, 1, tzinfo=UTC):
        offset = at.astimezone(known).utcoffset()
        if before is not None and offset != before:
            changes.append(at)
        before, at = offset, at + 3 * HOUR
    found = [p.from_at for p in pieces if p.from_at and 1995 <= p.from_at.year < 2026]
    assert len(found) == len(changes)
    assert all(change - 3 * HOUR < piece <= change for piece, change in zip(found, changes, strict=True))


def test_zones_come_from_the_locked_edition():
    """British Columbia keeps summer time for good from 2026 on; a machine with an older edition would still go back."""
    assert local_to_instant(local("2026-12-01T00:00"), "America/Vancouver") == utc("2026-12-01T07:00")


@pytest.mark.parametrize(
    "name", ["Asia/Peking", "asia/shanghai", "", "../etc/passwd", "/etc/localtime", "UTC+8", "zone.tab"]
)
def test_what_is_no_zone_is_refused(name):
    with pytest.raises(Refused, match=r"is not a time zone\. Use a name of the IANA list.*\[zone\.unknown\]"):
        zone_named(name, "c.yaml:6")


def test_pieces_between_two_instants_are_those_that_hold_there():
    pieces = utc_pieces_between("America/New_York", utc("2026-03-01T00:00"), utc("2026-03-31T00:00"))
    assert [piece.offset_s for piece in pieces] == [-5 * 3600, -4 * 3600]
    # at the transition itself the earlier piece no longer holds
    assert [
        p.offset_s for p in utc_pieces_between("America/New_York", utc("2026-03-08T07:00"), utc("2026-03-09T00:00"))
    ] == [-4 * 3600]
    assert [
        p.offset_s for p in utc_pieces_between("Asia/Shanghai", utc("1960-01-01T00:00"), utc("1960-01-02T00:00"))
    ] == [28800]
