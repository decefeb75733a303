"""Rival 2: pandas, as an analyst would write it: a frame a table, only the columns needed, masks and merges."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.bench.interactions.indicators import DAYS_OFF, LONGER, SINCE, UNTIL, WORKED, Answer, by_indicator

FROM, TO, CUT_OFF = pd.Timestamp(SINCE), pd.Timestamp(UNTIL), pd.Timestamp(UNTIL)
EPOCH = pd.Timestamp("1970-01-01")
ZERO, HOUR, SECOND = pd.Timedelta(0), pd.Timedelta(hours=1), pd.Timedelta(seconds=1)
MICRO = pd.Timedelta(microseconds=1)
LONGER_US = LONGER * 10**6


def pandas_answers(home: Path) -> dict[str, Answer]:
    """Return what pandas finds in the Parquet files of ``home``, reading them included."""
    answers: dict[str, Answer] = {}
    for part in (_calls, _sessions, _rounds, _threads, _contacts, _quality):
        answers |= by_indicator(part(home))
    return answers


def _read(home: Path, name: str, *columns: str) -> Any:
    return pd.read_parquet(home / f"{name}.parquet", columns=list(columns))


def _local(at: Any) -> Any:
    """Shanghai's wall clock, which has no summer time."""
    return at.dt.tz_localize(None) + 8 * HOUR


def _chat_open(at: Any) -> Any:
    """Time that the chat (08:00 to 23:00) was open up to an instant."""
    local = _local(at)
    day = local.dt.normalize()
    return (day - EPOCH) // 24 * 15 + (local - day - 8 * HOUR).clip(ZERO, 15 * HOUR)


def _us(span: Any) -> int:
    return int(span // MICRO)


def _p90(amounts_us: Any) -> int | None:
    """Nearest rank."""
    n = len(amounts_us)
    rank = max(1, math.ceil(n * 90 / 100)) - 1
    return int(np.partition(amounts_us, rank)[rank]) if n else None


def _in_month(frame: Any, column: str) -> Any:
    return frame[(frame[column] >= FROM) & (frame[column] < TO) & (frame[column] <= CUT_OFF)]


def _known(frame: Any) -> Any:
    """The outcome of a call or leg as it was known at the cut-off."""
    decided = frame["outcome"].isin(["answered", "abandoned", "lost"])
    return frame["outcome"].mask(decided & (frame["answered_at"].fillna(frame["ended_at"]) > CUT_OFF), "open")


def _several_legs(home: Path, call: Any) -> Any:
    """Put calls of several legs together: from the first entry into a queue to the first answer."""
    legs = _read(
        home, "leg", "call_id", "leg_no", "place", "queued_at", "answered_at", "ended_at", "outcome", "wait_us"
    )
    legs["outcome"] = _known(legs)
    legs = legs[legs["place"] <= CUT_OFF].sort_values(["call_id", "leg_no"])
    entries = legs[legs["outcome"] != "ivr_only"].groupby("call_id")
    entry = entries.nth(0).set_index("call_id")
    answer = legs[legs["outcome"] == "answered"].groupby("call_id").nth(0).set_index("call_id")["answered_at"]
    whole = pd.DataFrame({"place": legs.groupby("call_id")["place"].min()})
    whole["outcome"] = entries["outcome"].last()
    whole["ended_at"] = entries["ended_at"].max()
    whole = whole.join(entry[["queued_at", "wait_us"]]).join(answer)
    whole["place"] = entry["place"].reindex(whole.index).fillna(whole["place"])
    has_answer, first_answered = whole["answered_at"].notna(), entry["outcome"].reindex(whole.index) == "answered"
    until = whole["answered_at"].where(has_answer, whole["ended_at"])
    whole["wait_us"] = whole["wait_us"].where(first_answered, (until - whole["queued_at"]) / MICRO)
    whole["outcome"] = whole["outcome"].fillna("ivr_only").mask(has_answer, "answered")
    plain = call[["call_id", "direction", "contradicting", "ambiguous_time"]].drop_duplicates("call_id")
    whole = whole.reset_index().merge(plain, on="call_id")
    whole["wait_from_log"], whole["arrival_at"] = False, whole["place"]
    return whole


def _calls(home: Path) -> dict[str, Any]:
    columns = ("call_id", "direction", "arrived_at", "queued_at", "answered_at", "ended_at", "outcome", "wait_us")
    call = _read(home, "call", *columns, "wait_from_log", "contradicting", "ambiguous_time", "leg_count")
    several = _several_legs(home, call[call["leg_count"] > 1])
    call = call[call["leg_count"] == 1]
    call = call.assign(outcome=_known(call), arrival_at=call["queued_at"].fillna(call["arrived_at"]))
    kept = [
        "direction",
        "outcome",
        "arrival_at",
        "queued_at",
        "wait_us",
        "wait_from_log",
        "contradicting",
        "ambiguous_time",
    ]
    call = _in_month(pd.concat([call[kept], several[kept]], ignore_index=True), "arrival_at")

    outside = (call["direction"] == "outbound") | (call["outcome"] == "ivr_only")
    local = _local(call["arrival_at"])
    is_open = (local.dt.hour >= 9) & (local.dt.hour < 21)
    judged = call[~outside & is_open & ~call["contradicting"].astype(bool)]
    wait, outcome = judged["wait_us"], judged["outcome"]
    ambiguous = judged["ambiguous_time"] & ~judged["wait_from_log"]
    answered, lost, abandoned = outcome == "answered", outcome == "lost", outcome == "abandoned"
    pending = outcome == "open"
    timed = (wait >= 0) & ~ambiguous
    late = pending & (CUT_OFF - judged["queued_at"] > 20 * SECOND)
    answered_timed = answered & timed
    within = answered_timed & (wait <= 20_000_000)
    short = abandoned & timed & (wait <= 5_000_000)
    unmeasured = abandoned & ~timed
    longer = lost | (abandoned & timed & (wait > 20_000_000))
    out, wrong = int((~outside & ~is_open).sum()), int((~outside & is_open & call["contradicting"].astype(bool)).sum())
    missed = int((abandoned & ~unmeasured & ~short).sum())
    untimed = int((answered & ~timed).sum())
    ranked = np.concatenate([wait[answered_timed].to_numpy(), np.full(int(longer.sum()), LONGER_US, dtype=float)])
    return {
        "all__outside": outside.sum(),
        "connect_rate__met": answered.sum(),
        "connect_rate__missed": lost.sum() + missed,
        "connect_rate__excluded": out + short.sum(),
        "connect_rate__unmeasurable": wrong + unmeasured.sum(),
        "connect_rate__pending": pending.sum(),
        "service_level__met": within.sum(),
        "service_level__missed": lost.sum() + (answered_timed & ~within).sum() + missed + (late & ~ambiguous).sum(),
        "service_level__excluded": out + short.sum(),
        "service_level__unmeasurable": wrong + unmeasured.sum() + untimed + (late & ambiguous).sum(),
        "service_level__pending": (pending & ~late).sum(),
        "average_wait__counted": answered_timed.sum(),
        "average_wait__amount_us": wait[answered_timed].sum(),
        "average_wait__excluded": out + lost.sum() + (abandoned & wait.notna()).sum(),
        "average_wait__unmeasurable": wrong + untimed + (abandoned & wait.isna()).sum(),
        "average_wait__pending": pending.sum(),
        "abandonment__met": answered.sum() + lost.sum(),
        "abandonment__missed": missed,
        "abandonment__excluded": out + short.sum(),
        "abandonment__unmeasurable": wrong + unmeasured.sum(),
        "abandonment__pending": pending.sum(),
        "wait_percentile__counted": len(ranked),
        "wait_percentile__amount_us": _p90(ranked),
        "wait_percentile__excluded": out + (abandoned & timed & ~longer).sum(),
        "wait_percentile__unmeasurable": wrong + unmeasured.sum() + untimed,
        "wait_percentile__pending": pending.sum(),
    }


def _sessions(home: Path) -> dict[str, Any]:
    columns = ("asked_at", "answered_at", "is_negative", "first_at", "opened_by", "first_line_at", "request_at")
    chat = _read(
        home, "session", *columns, "human_line_count", "left_at", "closed_at", "contradicting", "ambiguous_time"
    )
    chat["arrival_at"] = chat["asked_at"].fillna(chat["first_at"])
    chat = _in_month(chat, "arrival_at")
    no_request = chat["request_at"].isna()
    outside = (
        (chat["opened_by"] == "agent") | chat["first_line_at"].isna() | (no_request & (chat["human_line_count"] == 0))
    )
    wrong = int(chat["contradicting"][~outside].sum())
    chat = chat[~outside & ~chat["contradicting"]]
    no_request = chat["request_at"].isna()

    answered_at = chat["answered_at"].where(chat["answered_at"] <= CUT_OFF)
    left_at = chat["left_at"].where((chat["left_at"] <= CUT_OFF) & ~(chat["left_at"] > chat["closed_at"]))
    has_left = left_at.notna()
    ended = has_left | (chat["closed_at"] <= CUT_OFF)
    begun = _chat_open(chat["asked_at"])
    left_open = _chat_open(left_at) - begun
    short = left_at - chat["asked_at"] <= 5 * SECOND
    replied = answered_at.notna() | chat["is_negative"]
    excused = ~replied & (short | (left_open == ZERO))

    judged = ~no_request & ~chat["ambiguous_time"] & ~chat["is_negative"]
    response = (_chat_open(answered_at) - begun)[judged]
    answered = answered_at.notna() & judged
    unanswered = answered_at.isna() & judged
    left = unanswered & has_left
    left_excused = left & (short | (left_open <= 30 * SECOND))
    closed = unanswered & ~has_left & ended
    is_open = unanswered & ~ended
    late = is_open & (_chat_open(pd.Series([CUT_OFF]))[0] - begun > 30 * SECOND)
    within = int((response <= 30 * SECOND).sum())
    longer = int((left & ~left_excused).sum() + closed.sum())
    ranked = np.concatenate([(response.dropna() // MICRO).to_numpy(), np.full(longer, LONGER_US)])
    unmeasurable = wrong + int((~judged).sum())
    return {
        "all__outside": outside.sum(),
        "first_response__met": within,
        "first_response__missed": answered.sum() - within + longer + late.sum(),
        "first_response__excluded": left_excused.sum(),
        "first_response__unmeasurable": unmeasurable,
        "first_response__pending": (is_open & ~late).sum(),
        "first_response_mean__counted": answered.sum(),
        "first_response_mean__amount_us": _us(response.sum()),
        "first_response_mean__excluded": left.sum() + closed.sum(),
        "first_response_mean__unmeasurable": unmeasurable,
        "first_response_mean__pending": is_open.sum(),
        "first_response_percentile__counted": len(ranked),
        "first_response_percentile__amount_us": _p90(ranked),
        "first_response_percentile__excluded": left_excused.sum(),
        "first_response_percentile__unmeasurable": unmeasurable,
        "first_response_percentile__pending": is_open.sum(),
        "reply_rate__met": replied.sum(),
        "reply_rate__missed": (~replied & ended & ~excused).sum(),
        "reply_rate__excluded": excused.sum(),
        "reply_rate__unmeasurable": wrong,
        "reply_rate__pending": (~replied & ~ended).sum(),
    }


def _rounds(home: Path) -> dict[str, Any]:
    turn = _in_month(
        _read(home, "round", "session_id", "round_no", "started_at", "answered_at", "is_negative"), "started_at"
    )
    columns = ("session_id", "request_at", "opened_by", "human_line_count", "left_at", "closed_at")
    turn = turn.merge(_read(home, "session", *columns, "contradicting", "ambiguous_time"), on="session_id")
    outside = (turn["opened_by"] == "agent") | (turn["request_at"].isna() & (turn["human_line_count"] == 0))
    asked_at = turn["started_at"].mask(
        (turn["round_no"] == 1) & (turn["request_at"] > turn["started_at"]), turn["request_at"]
    )
    known_at = turn["answered_at"].mask(turn["answered_at"] >= turn["left_at"])
    wrong = (
        turn["contradicting"]
        | turn["ambiguous_time"]
        | turn["request_at"].isna()
        | turn["is_negative"]
        | (known_at < asked_at)
    )
    judged = ~outside & ~wrong
    asked_at, known_at = asked_at[judged], known_at[judged]
    answered_at = known_at.where(known_at <= CUT_OFF)
    ended_at = (
        turn["left_at"]
        .fillna(turn["closed_at"])
        .where(~(turn["closed_at"] < turn["left_at"]), turn["closed_at"])[judged]
    )
    is_open = answered_at.isna() & ~(ended_at <= CUT_OFF)
    begun = _chat_open(asked_at)
    response = _chat_open(answered_at) - begun
    waited = _chat_open(ended_at.where(ended_at <= CUT_OFF, CUT_OFF)) - begun
    closed = answered_at.isna() & ~is_open
    within = int((response <= 180 * SECOND).sum())
    late = int((is_open & (waited > 180 * SECOND)).sum())
    closed_within = int((closed & (waited <= 180 * SECOND)).sum())
    answered = int(answered_at.notna().sum())
    unmeasurable = (~outside & wrong).sum()
    return {
        "all__outside": outside.sum(),
        "round_within__met": within,
        "round_within__missed": answered - within + late + closed.sum() - closed_within,
        "round_within__excluded": closed_within,
        "round_within__unmeasurable": unmeasurable,
        "round_within__pending": is_open.sum() - late,
        "response_mean__counted": answered,
        "response_mean__amount_us": _us(response.sum()),
        "response_mean__excluded": closed.sum(),
        "response_mean__unmeasurable": unmeasurable,
        "response_mean__pending": is_open.sum(),
    }


def _office() -> Any:
    """Working days of the autumn: whether, the how many-th, and their close."""
    day = pd.Series(pd.date_range("2026-09-01", "2026-12-31"))
    working = day.isin(pd.to_datetime(list(WORKED))) | (
        (day.dt.dayofweek < 5) & ~day.isin(pd.to_datetime(list(DAYS_OFF)))
    )
    return pd.DataFrame(
        {"working": working.to_numpy(), "nth": working.cumsum().to_numpy()}, index=pd.DatetimeIndex(day)
    )


def _closes(office: Any) -> Any:
    """The instant of the close of the nth working day, by n."""
    working = office[office["working"]]
    return pd.Series((working.index + 10 * HOUR).tz_localize("UTC"), index=working["nth"].to_numpy())


def _office_open(at: Any, office: Any) -> Any:
    local = _local(at)
    day = local.dt.normalize()
    working = day.map(office["working"]).fillna(False).astype(bool)
    today = (local - day - 9 * HOUR).clip(ZERO, 9 * HOUR).where(working, ZERO)
    return (day.map(office["nth"]) - working) * (9 * HOUR) + today.where(at.notna())


def _threads(home: Path) -> dict[str, Any]:
    columns = ("asked_at", "first_at", "begun_by", "answered_at", "is_negative", "contradicting", "ambiguous_time")
    mail = _read(home, "thread", *columns)
    mail["arrival_at"] = mail["asked_at"].fillna(mail["first_at"])
    mail = _in_month(mail, "arrival_at")
    outside = (mail["begun_by"] == "out") | mail["asked_at"].isna()
    wrong = mail["contradicting"] | mail["ambiguous_time"] | mail["is_negative"]
    judged = mail[~outside & ~wrong]
    office = _office()
    due_at = (_local(judged["asked_at"]).dt.normalize().map(office["nth"]) + 1).map(_closes(office))
    answered_at = judged["answered_at"].where(judged["answered_at"] <= CUT_OFF)
    within = answered_at <= due_at
    answered, late = answered_at.notna(), answered_at.isna() & (due_at < CUT_OFF)
    response = _office_open(answered_at, office) - _office_open(judged["asked_at"], office)
    unmeasurable = (~outside & wrong).sum()
    return {
        "all__outside": outside.sum(),
        "reply_within_days__met": within.sum(),
        "reply_within_days__missed": (answered & ~within).sum() + late.sum(),
        "reply_within_days__unmeasurable": unmeasurable,
        "reply_within_days__pending": (~answered & ~late).sum(),
        "reply_mean__counted": answered.sum(),
        "reply_mean__amount_us": _us(response.sum()),
        "reply_mean__unmeasurable": unmeasurable,
        "reply_mean__pending": (~answered).sum(),
    }


def _all_contacts(home: Path) -> Any:
    """Contacts of every channel in one frame."""
    columns = (
        "call_id",
        "direction",
        "customer_id",
        "topic",
        "arrived_at",
        "queued_at",
        "answered_at",
        "ended_at",
        "outcome",
    )
    call = _read(home, "call", *columns, "resolved", "contradicting", "leg_count")
    call["arrival_at"] = call["queued_at"].fillna(call["arrived_at"])
    call["is_open"] = call["ended_at"] > CUT_OFF
    call["ended_at"] = call["ended_at"].fillna(call["answered_at"]).fillna(call["arrived_at"])
    call["was_answered"] = call["outcome"] == "answered"
    call["known"] = call["was_answered"] & ~(call["answered_at"] > CUT_OFF)
    call["entered"] = call["outcome"] != "ivr_only"
    legs = _read(home, "leg", "call_id", "place", "queued_at", "arrived_at", "answered_at", "ended_at", "outcome")
    legs["until"] = legs["ended_at"].fillna(legs["answered_at"]).fillna(legs["arrived_at"])
    legs["was_answered"] = legs["outcome"] == "answered"
    legs["known"] = legs["was_answered"] & (legs["answered_at"] <= CUT_OFF)
    legs["entered"] = legs["outcome"] != "ivr_only"
    by_call = legs.groupby("call_id")
    whole = by_call.agg(
        place=("place", "min"),
        ended_at=("until", "max"),
        last_at=("ended_at", "max"),
        was_answered=("was_answered", "any"),
        known=("known", "any"),
        entered=("entered", "any"),
    )
    entry = legs[legs["entered"]].groupby("call_id")["place"].min()
    whole["is_open"] = whole["last_at"] > CUT_OFF
    whole["arrival_at"] = entry.reindex(whole.index).fillna(whole["place"])
    plain = call.loc[
        call["leg_count"] > 1, ["call_id", "direction", "customer_id", "topic", "resolved", "contradicting"]
    ]
    call = pd.concat([call[call["leg_count"] == 1], whole.reset_index().merge(plain, on="call_id")], ignore_index=True)
    call["resolved"] = call["resolved"].mask(call["is_open"].astype(bool))
    inbound = call["direction"] == "inbound"
    call["is_candidate"], call["is_handled"] = inbound & call["entered"], inbound & call["known"]

    of_chat = ("session_id", "customer_id", "topic", "resolved", "first_at", "opened_by", "first_line_at", "request_at")
    more = ("human_line_count", "last_at", "last_human_at", "contradicting", "asked_at", "answered_at")
    chat = _read(home, "session", *of_chat, *more)
    chat["arrival_at"] = chat["asked_at"].fillna(chat["first_at"])
    chat["ended_at"] = chat["last_human_at"].fillna(chat["last_at"])
    chat["is_open"] = chat["last_at"] > CUT_OFF
    chat["resolved"] = chat["resolved"].mask(chat["is_open"])
    written = chat["first_line_at"].notna()
    theirs, human = (chat["opened_by"] != "agent") & written, chat["human_line_count"] > 0
    chat["is_candidate"] = theirs & (chat["request_at"].notna() | human)
    chat["is_handled"] = (
        theirs & chat["request_at"].notna() & human & (chat["answered_at"].fillna(chat["last_human_at"]) <= CUT_OFF)
    )
    chat["was_answered"] = human & written

    of_mail = (
        "thread_id",
        "customer_id",
        "topic",
        "resolved",
        "first_at",
        "last_at",
        "asked_at",
        "begun_by",
        "reply_count",
    )
    mail = _read(home, "thread", *of_mail, "last_reply_at", "answered_at", "contradicting")
    mail["arrival_at"] = mail["asked_at"].fillna(mail["first_at"])
    mail["ended_at"] = mail["last_reply_at"].fillna(mail["last_at"])
    mail["is_open"] = mail["last_reply_at"] > CUT_OFF
    mail["resolved"] = mail["resolved"].mask(mail["is_open"])
    theirs = mail["begun_by"] == "in"
    mail["is_candidate"], mail["was_answered"] = theirs & mail["asked_at"].notna(), mail["reply_count"] > 0
    mail["is_handled"] = theirs & mail["was_answered"] & (mail["answered_at"].fillna(mail["last_reply_at"]) <= CUT_OFF)

    kept = ["channel", "contact_id", "customer_id", "topic", "resolved", "arrival_at", "ended_at", "contradicting"]
    kept += ["is_open", "is_candidate", "is_handled", "was_answered"]
    named = (("phone", call, "call_id"), ("chat", chat, "session_id"), ("email", mail, "thread_id"))
    frames = [frame.rename(columns={key: "contact_id"}).assign(channel=channel)[kept] for channel, frame, key in named]
    return pd.concat(frames, ignore_index=True)


def _contacts(home: Path) -> dict[str, Any]:
    contact = _all_contacts(home)
    contact = contact[contact["is_candidate"] & (contact["arrival_at"] >= FROM) & (contact["arrival_at"] <= CUT_OFF)]
    contact = contact.sort_values("arrival_at")
    contact["next_at"] = contact.groupby(["customer_id", "topic"])["arrival_at"].shift(-1)
    contact = contact[contact["is_handled"] & (contact["arrival_at"] < TO)]

    case = _read(
        home,
        "case",
        "contact_channel",
        "contact_id",
        "begins_at",
        "plan_at",
        "resolved_at",
        "withdrawn_at",
        "paused_at",
        "resumed_at",
    )
    case = case[case["contact_id"].notna() & (case["begins_at"] <= CUT_OFF)]
    for column in ("plan_at", "resolved_at", "withdrawn_at"):
        case[column] = case[column].where(case[column] <= CUT_OFF)
    case = case.rename(columns={"contact_channel": "channel", "begins_at": "opened_at"})
    contact = contact.merge(case, on=["channel", "contact_id"], how="left")
    for column in ("plan_at", "resolved_at"):  # what was said before the contact answers nothing of it
        contact[column] = contact[column].where(contact[column] >= contact["arrival_at"])
    contact["done_at"] = contact[["plan_at", "resolved_at"]].min(axis=1)
    contact["resumed_at"] = contact[["resumed_at", "done_at"]].min(axis=1).fillna(CUT_OFF).clip(upper=CUT_OFF)

    office = _office()
    arrived_on = _local(contact["arrival_at"]).dt.normalize()
    closes = _closes(office)
    contact["due_at"] = (arrived_on.map(office["nth"]) + 3).map(closes)
    for row in contact[contact["paused_at"].notna()].itertuples():  # few: days in whose close the clock is paused
        days = closes[closes.index > office["nth"][arrived_on[row.Index]]]
        contact.loc[row.Index, "due_at"] = days[~((row.paused_at < days) & (days < row.resumed_at))].iloc[2]

    wrong, is_open = contact["contradicting"].astype(bool), contact["is_open"].astype(bool)
    no_flag = contact["resolved"].isna()
    resolved = contact["resolved"].fillna(False).astype(bool)
    has_case = contact["opened_at"] - contact["ended_at"] <= 168 * HOUR
    known = ~wrong
    spot = known & resolved & ~has_case
    unknown = known & no_flag & contact["opened_at"].isna()
    needs = known & ~spot & ~unknown
    withdrawn = (
        needs & (contact["withdrawn_at"] <= contact["due_at"]) & ~(contact["withdrawn_at"] >= contact["done_at"])
    )
    done = needs & ~withdrawn & (contact["done_at"] <= contact["due_at"])
    over = needs & ~done & ~withdrawn & (contact["done_at"].notna() | (contact["due_at"] < CUT_OFF))
    nobody = known & (contact["customer_id"].isna() | contact["topic"].isna())
    asked = known & ~nobody
    repeated = asked & (contact["next_at"] - contact["ended_at"] <= 2 * HOUR)
    passed = asked & ~repeated & (CUT_OFF - contact["ended_at"] > 2 * HOUR)
    return {
        "on_the_spot__met": spot.sum(),
        "on_the_spot__missed": (known & (has_case | (~resolved & ~no_flag))).sum(),
        "on_the_spot__unmeasurable": wrong.sum() + (known & ~has_case & no_flag & ~is_open).sum(),
        "on_the_spot__pending": (known & ~has_case & no_flag & is_open).sum(),
        "follow_up__outside": spot.sum(),
        "follow_up__met": done.sum(),
        "follow_up__missed": over.sum(),
        "follow_up__excluded": withdrawn.sum(),
        "follow_up__unmeasurable": wrong.sum() + (unknown & ~is_open).sum(),
        "follow_up__pending": (needs & ~done & ~withdrawn & ~over).sum() + (unknown & is_open).sum(),
        "repeat_rate__met": passed.sum(),
        "repeat_rate__missed": repeated.sum(),
        "repeat_rate__unmeasurable": wrong.sum() + nobody.sum(),
        "repeat_rate__pending": (asked & ~repeated & ~passed).sum(),
    }


def _quality(home: Path) -> dict[str, Any]:
    contact = _in_month(_all_contacts(home), "arrival_at").rename(columns={"channel": "contact_channel"})
    key = ["contact_channel", "contact_id"]
    contact = contact[[*key, "arrival_at", "ended_at", "contradicting", "was_answered"]]
    return _surveys(home, contact, key) | _inspections(home, contact, key)


def _surveys(home: Path, contact: Any, key: list[str]) -> dict[str, Any]:
    survey = _read(home, "survey", *key, "invited_at", "answered_at", "rating_us", "contradicting")
    survey = survey[survey["invited_at"] <= CUT_OFF].merge(contact, on=key, suffixes=("_survey", ""))
    survey["wrong"] = survey["contradicting"] | survey["contradicting_survey"]
    survey["open_until"] = survey["ended_at"] + 168 * HOUR
    at = survey["answered_at"]
    heard = (at >= survey["arrival_at"]) & (at <= survey["open_until"]) & (at <= CUT_OFF) & survey["rating_us"].notna()
    valid = heard & survey["rating_us"].between(1_000_000, 5_000_000)
    survey["off_scale"] = heard & ~valid
    survey["rating"] = survey["rating_us"].where(valid)
    survey["valid_at"] = at.where(valid)
    asked = (
        survey.sort_values("valid_at", na_position="first")
        .groupby(key, sort=False)
        .agg(
            was_answered=("was_answered", "first"),
            wrong=("wrong", "any"),
            off_scale=("off_scale", "any"),
            open_until=("open_until", "first"),
            rating=("rating", "last"),
        )
    )
    outside = ~asked["was_answered"]
    wrong = int((~outside & asked["wrong"]).sum())
    asked = asked[~outside & ~asked["wrong"]]
    rated, off = asked["rating"].notna(), asked["rating"].isna() & asked["off_scale"]
    waiting = ~rated & ~off & (asked["open_until"] >= CUT_OFF)
    silent = int((~rated & ~off & ~waiting).sum())
    satisfied = int((asked["rating"] >= 4_000_000).sum())
    shared = {"excluded": silent, "unmeasurable": wrong + off.sum(), "pending": waiting.sum(), "outside": outside.sum()}
    return {
        "csat__counted": rated.sum(),
        "csat__amount_us": asked["rating"].sum(),
        "satisfied__met": satisfied,
        "satisfied__missed": rated.sum() - satisfied,
        **{f"{name}__{kind}": n for name in ("csat", "satisfied") for kind, n in shared.items()},
    }


def _inspections(home: Path, contact: Any, key: list[str]) -> dict[str, Any]:
    seen = _read(
        home, "inspection", "inspection_id", *key, "inspected_at", "accuracy_us", "fatal", "violations", "contradicting"
    )
    seen = seen[seen["inspected_at"] <= CUT_OFF].merge(contact, on=key, suffixes=("_inspection", ""))
    seen = seen.sort_values(["inspected_at", "inspection_id"]).drop_duplicates(key, keep="last")
    outside = ~seen["was_answered"]
    contradicting = seen["contradicting"] | seen["contradicting_inspection"]
    wrong = int((~outside & contradicting).sum())
    seen = seen[~outside & ~contradicting]
    fatal = seen["fatal"].fillna(False).astype(bool)
    accuracy = seen["accuracy_us"].mask(fatal, 0)
    kinds = seen["violations"].map(lambda found: 0 if found is None else len(set(found)))
    found = np.maximum(kinds, fatal.astype(int))
    return {
        "accuracy__outside": outside.sum(),
        "accuracy__counted": accuracy.notna().sum(),
        "accuracy__amount_us": accuracy.sum(),
        "accuracy__unmeasurable": wrong + accuracy.isna().sum(),
        "violations__outside": outside.sum(),
        "violations__met": (found == 0).sum(),
        "violations__missed": (found > 0).sum(),
        "violations__amount_us": int(found.sum()) * 10**6,
        "violations__unmeasurable": wrong,
    }
