"""What fees rest on: contacts, minutes, cases and attendance counted from small logs, and how each is told apart."""

from decimal import Decimal

from tests.ingest.items.small_logs import Office, at

CALLS = "call_id, leg_id, direction, queue, arrived_at, answered_at, ended_at, outcome, talk_s, hold_s, wrap_s"


def test_contacts_of_every_channel_are_counted_once(office: Office) -> None:
    office.load(
        "call",
        """call_id, leg_id, queue, arrived_at, answered_at, ended_at, outcome
        a, 1, q, 09:00:00, 09:00:05, 09:01:00, answered
        a, 2, r, 09:01:00, 09:01:05, 09:02:00, answered
        b, 1, q, 09:00:00,, 09:01:00, abandoned""",
    )
    office.load(
        "chat",
        """session_id, event_id, at, kind, author, queue
        s, 1, 09:00:00, request, customer, q
        s, 2, 09:00:01, line, customer, q
        s, 3, 09:00:09, line, agent, q
        t, 1, 09:00:00, line, customer, q""",
    )
    office.load(
        "mail",
        """message_id, at, direction, in_reply_to, queue
        m, 09:00:00, in,, q
        n, 10:00:00, out, m, q
        o, 11:00:00, in,, q""",
    )
    found = {one.group["source"]: one.value for one in office.measure("contact.handled", by=["source"])}
    assert found == {"call": "1", "chat": "1", "mail": "1"}
    (chats,) = office.measure("contact.handled", scope={"channel": ["chat"]})
    assert (chats.value, chats.numerator, chats.denominator, chats.n) == ("1", "1", "1", 1)
    assert office.measure("contact.handled", cut_off_at=at("09:00:07"))[0].value == "1"  # the call alone was answered
    (none,) = office.measure("contact.handled", scope={"queue": ["nowhere"]})
    assert (none.value, none.n) == ("0", 0)  # nothing counted is 0, not absent


def test_minutes_are_of_the_call_with_all_its_answered_legs(office: Office) -> None:
    office.load(
        "call",
        f"""{CALLS}
        a, 1, inbound, q, 09:00:00, 09:00:05, 09:00:45, answered, 30, 10.5, 20
        a, 2, inbound, r, 09:00:45, 09:00:50, 09:01:20, answered, 30, 0, 5
        b, 1, inbound, q, 09:00:00,, 09:01:00, abandoned,,,
        c, 1, outbound, q, 09:00:00, 09:00:05, 09:01:05, answered, 60, 0, 0
        d, 1, inbound, q, 09:00:00, 09:00:05, 09:01:05, answered, 60, 0,
        e, 1, inbound, q, 10:00:00, 10:00:05, 10:00:10, answered, 5,, 0""",
    )
    assert office.item_states("phone.minutes") == {
        "a": ("counted", Decimal("70.5")),  # 30 + 10.5 + 30 + 0
        "b": ("outside: not handled", None),
        "c": ("outside: of another direction", Decimal(60)),
        "d": ("counted", Decimal(60)),
        "e": ("unmeasurable: missing part", None),
    }
    (found,) = office.measure("phone.minutes")
    assert (found.numerator, found.denominator, found.value, found.unit) == ("130.5", "60", "2.175", "min")

    def seconds(**terms: str) -> dict[str, Decimal | None]:
        states = office.item_states("phone.minutes", terms=terms)
        return {item: amount for item, (state, amount) in states.items() if state == "counted"}

    assert seconds(round_each="6s") == {"a": 72, "d": 60}  # 70.5 s are 12 times 6 s
    assert seconds(round_each="60s") == {"a": 120, "d": 60}  # exactly a minute is one
    assert seconds(with_wrap="true") == {"a": Decimal("95.5")}  # d gives no wrap-up
    assert seconds(direction="outbound") == {"c": 60}
    assert seconds(direction="both") == {"a": Decimal("70.5"), "c": 60, "d": 60}
    assert office.item_states("phone.minutes", cut_off_at=at("09:01:00"))["a"][0] == "pending"


def test_a_call_that_is_answered_after_the_cut_off_is_not_handled_yet(office: Office) -> None:
    """It waited in q, was passed on to r and rang there at 09:00:50: of the answer at 09:01:10 nothing is known."""
    office.load(
        "call",
        f"""{CALLS}
        a, 1, inbound, q, 09:00:00,, 09:00:45, lost,,,
        a, 2, inbound, r, 09:00:45, 09:01:10, 09:03:00, answered, 110, 0, 0
        b, 1, inbound, r, 09:00:45, 09:01:10, 09:03:00, answered, 110, 0, 0""",
    )
    not_yet = ("outside: not handled", None), ("outside: not handled", Decimal(110))
    assert office.item_states("phone.minutes", cut_off_at=at("09:00:50")) == dict(zip("ab", not_yet, strict=True))
    assert office.item_states("phone.minutes", cut_off_at=at("09:01:30"))["a"] == ("pending", Decimal(110))


def test_a_leg_of_another_contract_is_not_billed(office: Office) -> None:
    office.load(
        "call",
        f"""{CALLS}
        a, 1, inbound, q, 09:00:00, 09:00:05, 09:00:45, answered, 40, 0, 0
        a, 2, inbound, r, 09:00:45, 09:00:50, 09:01:20, answered, 30, 0, 0""",
    )
    for queue, seconds in (("q", "40"), ("r", "30")):
        (found,) = office.measure("phone.minutes", scope={"queue": [queue]})
        assert (found.numerator, found.n) == (seconds, 1)


def test_a_case_counts_when_it_was_resolved_and_once(office: Office) -> None:
    office.load(
        "case",
        """case_id, event_id, at, kind, automatic, case_type, queue
        a, 1, 2026-09-30 23:00:00, opened,, complaint, q
        a, 2, 01 09:00:00, resolved,, complaint, q
        a, 3, 05 09:00:00, reopened,, complaint, q
        a, 4, 06 09:00:00, resolved,, complaint, q
        b, 1, 10 09:00:00, opened,, enquiry, q
        b, 2, 10 10:00:00, resolved, 1, enquiry, q
        b, 3, 10 11:00:00, resolved,, enquiry, q
        c, 1, 10 09:00:00, opened,, complaint, q
        c, 2, 10 10:00:00, withdrawn,, complaint, q
        c, 3, 10 11:00:00, resolved,, complaint, q
        d, 1, 31 23:00:00, opened,, complaint, q
        d, 2, 2026-11-01 00:00:00, resolved,, complaint, q""",
    )
    assert office.item_states("case.resolved", cut_off_at=at("2026-11-05 00:00:00")) == {
        "a#1": ("counted", None),
        "a#2": ("outside: resolved before", None),
        "b#1": ("counted", None),
        "c#1": ("excluded: withdrawn", None),
    }
    days = {one.group["day"]: one.value for one in office.measure("case.resolved", by=["day"])}
    assert days["2026-10-01"] == days["2026-10-10"] == "1"
    assert office.measure("case.resolved", terms={"cycles": "all"})[0].value == "3"
    assert office.measure("case.resolved", terms={"case_types": "enquiry"})[0].value == "1"
    assert office.measure("case.resolved", terms={"to": "withdrawn"})[0].value == "1"


def test_a_merged_case_counts_where_it_is_carried_on(office: Office) -> None:
    office.load(
        "case",
        """case_id, event_id, at, kind, into_case_id, queue
        a, 1, 09:00:00, opened,, q
        a, 2, 10:00:00, merged, b, q
        a, 3, 11:00:00, resolved,, q
        b, 1, 09:30:00, opened,, q
        b, 2, 11:00:00, resolved,, q
        c, 1, 09:00:00, opened,, q
        c, 2, 09:30:00, resolved,, q
        c, 3, 10:00:00, merged, b, q""",
    )
    assert office.item_states("case.resolved") == {"b#1": ("counted", None), "c#1": ("counted", None)}


SHIFTS = "agent_id, shift_id, scheduled_from_at, scheduled_until_at, scheduled_s, attended_s"


def test_attendance_is_a_ratio_of_sums(office: Office) -> None:
    office.load(
        "attendance",
        f"""{SHIFTS}
        ann, 1, 09:00:00, 17:00:00, 28800, 28800
        ann, 2, 13 09:00:00, 13 17:00:00, 28800, 30600
        bob, 1, 09:00:00, 13:00:00,, 7200
        bob, 2, 13 09:00:00, 13 17:00:00, 28800,
        bob, 3, 14 09:00:00,,, 3600
        bob, 4, 15 09:00:00, 15 10:00:00, -1, 3600
        cat, 1,,, 28800, 28800""",
    )
    office.load(
        "roster",
        """member_kind, member_id, since_at, team, vendor
        agent, ann, 01 00:00:00, day, north
        agent, bob, 01 00:00:00, night, south""",
    )
    assert office.item_states("agent.attendance") == {
        "ann#1": ("counted", 28800),
        "ann#2": ("counted", 30600),
        "bob#1": ("counted", 7200),  # of the four hours between both ends
        "bob#2": ("unmeasurable: no attended time", None),
        "bob#3": ("unmeasurable: no scheduled time", 3600),
        "bob#4": ("unmeasurable: negative time", 3600),
    }
    (found,) = office.measure("agent.attendance")
    assert (found.numerator, found.denominator, found.n) == ("66600", "72000", 3)  # 28800 + 30600 + 7200
    (north,) = office.measure("agent.attendance", scope={"vendor": ["north"]})
    assert (north.numerator, north.denominator, north.value) == ("59400", "57600", "1.03125")
    days = {
        one.group["day"]: (one.numerator, one.denominator) for one in office.measure("agent.attendance", by=["day"])
    }
    assert days["2026-10-12"] == ("36000", "43200")
    assert days["2026-10-13"] == ("30600", "28800")
    assert office.item_states("agent.attendance", cut_off_at=at("12:00:00")) == {
        "ann#1": ("pending", 28800), "bob#1": ("pending", 7200),
    }  # fmt: skip


def test_a_shift_that_is_delivered_again_is_corrected(office: Office) -> None:
    office.load("attendance", f"{SHIFTS}, record_at\n ann, 1, 09:00:00, 17:00:00, 28800, 0, 12 18:00:00")
    office.load(
        "attendance", f"{SHIFTS}, record_at\n ann, 1, 09:00:00, 17:00:00, 28800, 28800, 13 18:00:00", name="b.csv"
    )
    assert office.item_states("agent.attendance") == {"ann#1": ("counted", 28800)}


def test_contacts_by_agent_say_whom_else_they_passed(office: Office) -> None:
    office.load(
        "call",
        """call_id, leg_id, queue, agent_id, arrived_at, answered_at, ended_at, outcome, talk_s, hold_s
        a, 1, q, ann, 09:00:00, 09:00:05, 09:01:00, answered, 55, 0
        a, 2, q, bob, 09:01:00, 09:01:05, 09:02:00, answered, 55, 0""",
    )
    for metric, of in (("contact.handled", "bob"), ("phone.minutes", "ann")):  # the last, the first who handled it
        found = {one.group["agent"]: (one.handled, one.touched) for one in office.measure(metric, by=["agent"])}
        other = {"bob": "ann", "ann": "bob"}[of]
        assert found == {of: (1, 0), other: (0, 1)}, metric
