"""Cases: a row a cycle, the first instant of each kind of event in it."""

from tests.ingest.items.small_logs import Office, at

HEAD = "case_id, event_id, at, kind, case_type, automatic, pause_reason, into_case_id"


def test_reopening_starts_a_new_cycle(office: Office) -> None:
    office.load(
        "case",
        f"""{HEAD}
        k, 1, 12 09:00:00, opened, complaint,,,
        k, 2, 12 09:05:00, accepted,, 1,,
        k, 3, 12 10:00:00, accepted,,,,
        k, 4, 12 11:00:00, paused,,, no stock,
        k, 5, 12 12:00:00, resumed,,,,
        k, 6, 12 18:00:00, resolved,,,,
        k, 7, 13 09:00:00, reopened,,,,
        k, 8, 13 09:30:00, accepted,,,,
        k, 9, 14 09:00:00, resolved,,,,""",
    )
    rows = office.rows(
        "SELECT cycle, CAST(begins_at AS VARCHAR), CAST(firsts['accepted'] AS VARCHAR),"
        " CAST(firsts['resolved'] AS VARCHAR), len(pauses), case_type FROM item_case ORDER BY cycle"
    )

    def utc(time: str) -> str:
        return at(time).strftime("%Y-%m-%d %H:%M:%S+00")

    assert rows == [
        (1, utc("12 09:00:00"), utc("12 10:00:00"), utc("12 18:00:00"), 1, "complaint"),  # one pause
        (2, utc("13 09:00:00"), utc("13 09:30:00"), utc("14 09:00:00"), None, "complaint"),
    ]


def test_events_of_one_instant_stand_in_the_order_of_their_numbers(office: Office) -> None:
    """Resolved and reopened in one second: by its number the reopening comes after."""
    office.load(
        "case",
        """case_id, event_id, seq, at, kind
        k, a, 1, 09:00:00, opened
        k, c, 2, 10:00:00, resolved
        k, b, 3, 10:00:00, reopened""",
    )
    rows = office.rows("SELECT cycle, list_sort(map_keys(firsts)) FROM item_case ORDER BY cycle")
    assert rows == [(1, ["opened", "resolved"]), (2, ["reopened"])]


def test_a_late_reopening_cuts_the_case_anew(office: Office) -> None:
    office.load("case", f"{HEAD}\n k, 1, 12 09:00:00, opened, complaint,,,\n k, 3, 14 09:00:00, resolved,,,,")
    assert office.rows("SELECT count(*) FROM item_case") == [(1,)]
    office.load("case", f"{HEAD}\n k, 2, 13 09:00:00, reopened,,,,", name="late.csv")
    rows = office.rows("SELECT cycle, list_sort(map_keys(firsts)) FROM item_case ORDER BY cycle")
    assert rows == [(1, ["opened"]), (2, ["reopened", "resolved"])]


def test_a_pause_needs_a_reason_and_lasts_until_the_case_is_resumed(office: Office) -> None:
    office.load(
        "case",
        f"""{HEAD}
        k, 1, 12 09:00:00, opened, complaint,,,
        k, 2, 12 09:30:00, paused,,,,
        k, 3, 12 10:00:00, paused,,, no proof,
        k, 4, 12 11:00:00, paused,,, no stock,
        k, 5, 12 12:00:00, resumed,,,,
        k, 6, 12 12:30:00, resumed,,,,
        k, 7, 12 13:00:00, paused,,, no stock,
        k, 8, 13 09:00:00, reopened,,,,""",
    )
    rows = office.rows("SELECT cycle, unnest(pauses, recursive := true) FROM item_case ORDER BY ALL")
    assert [(cycle, since.hour + 8, until and until.hour + 8, reason) for cycle, since, until, reason in rows] == [
        (1, 10, 12, "no proof"),  # whatever was said meanwhile
        (1, 13, None, "no stock"),  # not ended: a pause is of its cycle
    ]


def test_a_cycle_bears_its_events_in_order_and_the_case_when_it_was_merged(office: Office) -> None:
    office.load(
        "case",
        f"""{HEAD}
        k, 1, 12 09:00:00, opened, complaint,,,
        k, 2, 12 09:05:00, accepted,, 1,,
        k, 3, 13 09:00:00, reopened,,,,
        k, 4, 13 10:00:00, merged,,,, m""",
    )
    rows = office.rows(
        "SELECT cycle, [e.kind || ' ' || e.place || ' ' || e.automatic FOR e IN events], merged_at, into_case_id"
        " FROM item_case ORDER BY cycle"
    )
    assert [row[:2] for row in rows] == [
        (1, ["opened 1 false", "accepted 2 true"]),
        (2, ["reopened 3 false", "merged 4 false"]),
    ]
    assert {row[2:] for row in rows} == {(at("13 10:00:00"), "m")}  # of the whole case


def test_a_case_within_the_window_says_that_its_contact_was_not_resolved(office: Office) -> None:
    """c was flagged as resolved, and a case was opened 1 h after its end; d was resolved, and stays so."""
    office.load(
        "call",
        """call_id, queue, arrived_at, queued_at, answered_at, ended_at, outcome, resolved
        c, q, 09:00:00, 09:00:00, 09:00:05, 09:10:00, answered, 1
        d, q, 09:00:00, 09:00:00, 09:00:05, 09:10:00, answered, 1
        e, q, 09:00:00, 09:00:00, 09:00:05, 09:10:00, answered, 0""",
    )
    office.load(
        "case",
        """case_id, event_id, at, kind, contact_channel, contact_source, contact_id
        k, 1, 10:10:00, opened, phone, call, c""",
    )
    found = {name: state for name, (state, _) in office.item_states("contact.on_the_spot").items()}
    assert found == {"c": "missed", "d": "met", "e": "missed"}
