"""Rival 3: polars, lazy from the same Parquet, collected by its streaming engine: a query a table."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from tests.bench.interactions.indicators import DAYS_OFF, LONGER, SINCE, UNTIL, WORKED, Answer, by_indicator

CUT_OFF = pl.lit(UNTIL).cast(pl.Datetime("us", "UTC"))
DAY_US, HOUR_US, SECOND_US = 86_400_000_000, 3_600_000_000, 1_000_000
LONGER_US = LONGER * 10**6
col = pl.col
Aggregates = Mapping[str, pl.Expr]


def polars_answers(home: Path) -> dict[str, Answer]:
    """Return what polars finds in the Parquet files of ``home``, scanning them included."""
    answers: dict[str, Answer] = {}
    for part in (_calls, _sessions, _rounds, _threads, _contacts, _surveys, _inspections):
        answers |= by_indicator(part(home).collect(engine="streaming").row(0, named=True))
    return answers


def _scan(home: Path, name: str) -> pl.LazyFrame:
    return pl.scan_parquet(home / f"{name}.parquet")


def _us(at: pl.Expr) -> pl.Expr:
    return at.dt.timestamp("us")


def _local(at: pl.Expr) -> pl.Expr:
    """Microseconds of Shanghai's wall clock since 1970; it has no summer time."""
    return _us(at) + 8 * HOUR_US


def _chat_open(at: pl.Expr) -> pl.Expr:
    """Microseconds that the chat (08:00 to 23:00) was open up to an instant."""
    local = _local(at)
    return local // DAY_US * (15 * HOUR_US) + (local % DAY_US - 8 * HOUR_US).clip(0, 15 * HOUR_US)


def _in_month(at: pl.Expr) -> pl.Expr:
    return (at >= pl.lit(SINCE)) & (at < pl.lit(UNTIL)) & (at <= CUT_OFF)


def _known() -> pl.Expr:
    """The outcome of a call or leg as it was known at the cut-off."""
    decided = col("outcome").is_in(["answered", "abandoned", "lost"])
    late = pl.coalesce("answered_at", "ended_at") > CUT_OFF
    return pl.when(decided & late).then(pl.lit("open")).otherwise(col("outcome"))


def _p90(amount_us: pl.Expr, of: pl.Expr) -> pl.Expr:
    """Nearest rank."""
    chosen = amount_us.filter(of)
    return chosen.sort().get((chosen.len() * 90 + 99) // 100 - 1, null_on_oob=True)


def _counted(frame: pl.LazyFrame, counts: Aggregates, more: Aggregates) -> pl.LazyFrame:
    """One row: how many rows each mask holds for, and what else is asked."""
    return frame.select(**{name: mask.fill_null(value=False).sum() for name, mask in counts.items()}, **more)


def _several_legs(home: Path) -> pl.LazyFrame:
    """Calls of several legs put together: from the first entry into a queue to the first answer."""
    legs = _scan(home, "leg").with_columns(known=_known()).filter(col("place") <= CUT_OFF)
    entered, answered = col("known") != "ivr_only", col("known") == "answered"
    whole = (
        legs.sort("call_id", "leg_no")
        .group_by("call_id", maintain_order=True)
        .agg(
            arrival_at=pl.coalesce(col("place").filter(entered).min(), col("place").min()),
            queued_at=col("queued_at").filter(entered).first(),
            first_known=col("known").filter(entered).first(),
            first_wait_us=col("wait_us").filter(entered).first(),
            answer_at=col("answered_at").filter(answered).first(),
            ended_at=col("ended_at").filter(entered).max(),
            last_known=col("known").filter(entered).last(),
        )
    )
    until = pl.coalesce("answer_at", "ended_at")
    plain = _scan(home, "call").select("call_id", "direction", "contradicting", "ambiguous_time")
    return whole.join(plain, on="call_id").select(
        "direction",
        "arrival_at",
        "queued_at",
        "contradicting",
        "ambiguous_time",
        wait_from_log=pl.lit(value=False),
        wait_us=pl.when(col("first_known") == "answered")
        .then("first_wait_us")
        .otherwise(_us(until) - _us(col("queued_at"))),
        outcome=pl.when(col("answer_at").is_not_null())
        .then(pl.lit("answered"))
        .otherwise(col("last_known").fill_null("ivr_only")),
    )


def _calls(home: Path) -> pl.LazyFrame:
    columns = (
        "direction",
        "arrival_at",
        "queued_at",
        "contradicting",
        "ambiguous_time",
        "wait_from_log",
        "wait_us",
        "outcome",
    )
    one = (
        _scan(home, "call")
        .filter(col("leg_count") == 1)
        .with_columns(outcome=_known(), arrival_at=pl.coalesce("queued_at", "arrived_at"))
    )
    call = pl.concat([one.select(columns), _several_legs(home).select(columns)]).filter(_in_month(col("arrival_at")))
    local = _local(col("arrival_at")) % DAY_US
    call = call.with_columns(
        outside=(col("direction") == "outbound") | (col("outcome") == "ivr_only"),
        in_hours=(local >= 9 * HOUR_US) & (local < 21 * HOUR_US),
        ambiguous=col("ambiguous_time") & ~col("wait_from_log"),
        answered=col("outcome") == "answered",
        lost=col("outcome") == "lost",
        abandoned=col("outcome") == "abandoned",
        pending=col("outcome") == "open",
        late=(col("outcome") == "open") & (pl.lit(UNTIL) - col("queued_at") > timedelta(seconds=20)),
    )
    judged = ~col("outside") & col("in_hours") & ~col("contradicting")
    timed = ((col("wait_us") >= 0) & ~col("ambiguous")).fill_null(value=False)
    wait = col("wait_us")
    longer = col("lost") | (col("abandoned") & timed & (wait > 20 * SECOND_US))
    counts = {
        "outside": col("outside"),
        "out": ~col("outside") & ~col("in_hours"),
        "wrong": ~col("outside") & col("in_hours") & col("contradicting"),
        "answered": judged & col("answered"),
        "lost": judged & col("lost"),
        "abandoned": judged & col("abandoned"),
        "pending": judged & col("pending"),
        "late": judged & col("late") & ~col("ambiguous"),
        "late_ambiguous": judged & col("late") & col("ambiguous"),
        "unmeasured": judged & col("abandoned") & ~timed,
        "no_time": judged & col("abandoned") & wait.is_null(),
        "short": judged & col("abandoned") & timed & (wait <= 5 * SECOND_US),
        "timed": judged & col("answered") & timed,
        "within": judged & col("answered") & timed & (wait <= 20 * SECOND_US),
        "longer": judged & longer,
    }
    ranked = pl.when(longer).then(LONGER_US).otherwise(wait)
    more = {
        "amount": wait.filter(judged & col("answered") & timed).sum(),
        "p90": _p90(ranked, judged & (longer | (col("answered") & timed))),
    }
    missed = col("abandoned") - col("unmeasured") - col("short")
    untimed = col("answered") - col("timed")
    return _counted(call, counts, more).select(
        all__outside="outside",
        connect_rate__met="answered",
        connect_rate__missed=col("lost") + missed,
        connect_rate__excluded=col("out") + col("short"),
        connect_rate__unmeasurable=col("wrong") + col("unmeasured"),
        connect_rate__pending="pending",
        service_level__met="within",
        service_level__missed=col("lost") + col("timed") - col("within") + missed + col("late"),
        service_level__excluded=col("out") + col("short"),
        service_level__unmeasurable=col("wrong") + col("unmeasured") + untimed + col("late_ambiguous"),
        service_level__pending=col("pending") - col("late") - col("late_ambiguous"),
        average_wait__counted="timed",
        average_wait__amount_us="amount",
        average_wait__excluded=col("out") + col("lost") + col("abandoned") - col("no_time"),
        average_wait__unmeasurable=col("wrong") + untimed + col("no_time"),
        average_wait__pending="pending",
        abandonment__met=col("answered") + col("lost"),
        abandonment__missed=missed,
        abandonment__excluded=col("out") + col("short"),
        abandonment__unmeasurable=col("wrong") + col("unmeasured"),
        abandonment__pending="pending",
        wait_percentile__counted=col("timed") + col("longer"),
        wait_percentile__amount_us="p90",
        wait_percentile__excluded=col("out") + col("abandoned") + col("lost") - col("unmeasured") - col("longer"),
        wait_percentile__unmeasurable=col("wrong") + col("unmeasured") + untimed,
        wait_percentile__pending="pending",
    )


def _sessions(home: Path) -> pl.LazyFrame:
    chat = (
        _scan(home, "session")
        .with_columns(arrival_at=pl.coalesce("asked_at", "first_at"))
        .filter(_in_month(col("arrival_at")))
    )
    left_known = (col("left_at") <= CUT_OFF) & (col("left_at") <= col("closed_at")).fill_null(value=True)
    chat = chat.select(
        "contradicting",
        "is_negative",
        "ambiguous_time",
        outside=(col("opened_by") == "agent").fill_null(value=False)
        | col("first_line_at").is_null()
        | (col("request_at").is_null() & (col("human_line_count") == 0)),
        no_request=col("request_at").is_null(),
        asked_at="asked_at",
        answered_at=pl.when(col("answered_at") <= CUT_OFF).then("answered_at"),
        left_at=pl.when(left_known).then("left_at"),
        closed=(col("closed_at") <= CUT_OFF).fill_null(value=False),
    ).with_columns(
        response_us=_chat_open(col("answered_at")) - _chat_open(col("asked_at")),
        left_us=_chat_open(col("left_at")) - _chat_open(col("asked_at")),
        short=(_us(col("left_at")) - _us(col("asked_at")) <= 5 * SECOND_US).fill_null(value=False),
        late=_chat_open(CUT_OFF) - _chat_open(col("asked_at")) > 30 * SECOND_US,
        answered=col("answered_at").is_not_null(),
        left=col("left_at").is_not_null(),
    )
    known = ~col("outside") & ~col("contradicting")
    judged = known & ~col("no_request") & ~col("ambiguous_time") & ~col("is_negative")
    waiting = judged & ~col("answered")
    replied = col("answered") | col("is_negative")
    left_later = waiting & col("left") & ~col("short") & (col("left_us") > 30 * SECOND_US)
    longer = left_later | (waiting & ~col("left") & col("closed"))
    counts = {
        "outside": col("outside"),
        "wrong": ~col("outside") & col("contradicting"),
        "unjudged": ~col("outside") & ~judged,
        "answered": judged & col("answered"),
        "within": judged & (col("response_us") <= 30 * SECOND_US),
        "left": waiting & col("left"),
        "excused": waiting & col("left") & (col("short") | (col("left_us") <= 30 * SECOND_US)),
        "closed": waiting & ~col("left") & col("closed"),
        "open": waiting & ~col("left") & ~col("closed"),
        "late": waiting & ~col("left") & ~col("closed") & col("late"),
        "replied": known & replied,
        "unreplied": known & ~replied & (col("left") | col("closed")),
        "reply_excused": known & ~replied & (col("short") | (col("left_us") == 0)),
        "reply_open": known & ~replied & ~col("left") & ~col("closed"),
    }
    ranked = pl.when(col("answered")).then("response_us").otherwise(LONGER_US)
    more = {
        "amount": col("response_us").filter(judged & col("answered")).sum(),
        "p90": _p90(ranked, (judged & (col("answered") | longer)).fill_null(value=False)),
    }
    return _counted(chat, counts, more).select(
        all__outside="outside",
        first_response__met="within",
        first_response__missed=col("answered")
        - col("within")
        + col("left")
        - col("excused")
        + col("closed")
        + col("late"),
        first_response__excluded="excused",
        first_response__unmeasurable="unjudged",
        first_response__pending=col("open") - col("late"),
        first_response_mean__counted="answered",
        first_response_mean__amount_us="amount",
        first_response_mean__excluded=col("left") + col("closed"),
        first_response_mean__unmeasurable="unjudged",
        first_response_mean__pending="open",
        first_response_percentile__counted=col("answered") + col("left") - col("excused") + col("closed"),
        first_response_percentile__amount_us="p90",
        first_response_percentile__excluded="excused",
        first_response_percentile__unmeasurable="unjudged",
        first_response_percentile__pending="open",
        reply_rate__met="replied",
        reply_rate__missed=col("unreplied") - col("reply_excused"),
        reply_rate__excluded="reply_excused",
        reply_rate__unmeasurable="wrong",
        reply_rate__pending="reply_open",
    )


def _rounds(home: Path) -> pl.LazyFrame:
    chat = _scan(home, "session").select(
        "session_id",
        "request_at",
        "left_at",
        "closed_at",
        bad=col("contradicting") | col("ambiguous_time") | col("request_at").is_null(),
        outside=(col("opened_by") == "agent").fill_null(value=False)
        | (col("request_at").is_null() & (col("human_line_count") == 0)),
    )
    turn = (
        _scan(home, "round")
        .filter(_in_month(col("started_at")))
        .join(chat, on="session_id")
        .with_columns(
            asked_at=pl.when(col("round_no") == 1)
            .then(pl.max_horizontal("started_at", "request_at"))
            .otherwise("started_at"),
            known_at=pl.when((col("answered_at") < col("left_at")).fill_null(value=True)).then("answered_at"),
            ended_at=pl.min_horizontal("left_at", "closed_at"),
        )
        .select(
            "outside",
            judged=~col("outside")
            & ~(col("bad") | col("is_negative") | (col("known_at") < col("asked_at")).fill_null(value=False)),
            answered=(col("known_at") <= CUT_OFF).fill_null(value=False),
            is_open=(col("ended_at") > CUT_OFF).fill_null(value=True),
            response_us=_chat_open(pl.when(col("known_at") <= CUT_OFF).then("known_at")) - _chat_open(col("asked_at")),
            waited_us=_chat_open(pl.min_horizontal("ended_at", CUT_OFF)) - _chat_open(col("asked_at")),
        )
    )
    waiting = col("judged") & ~col("answered")
    counts = {
        "outside": col("outside"),
        "unjudged": ~col("outside") & ~col("judged"),
        "answered": col("judged") & col("answered"),
        "within": col("judged") & (col("response_us") <= 180 * SECOND_US),
        "open": waiting & col("is_open"),
        "late": waiting & col("is_open") & (col("waited_us") > 180 * SECOND_US),
        "unanswered": waiting & ~col("is_open"),
        "closed_within": waiting & ~col("is_open") & (col("waited_us") <= 180 * SECOND_US),
    }
    more = {"amount": col("response_us").filter(col("judged")).sum()}
    return _counted(turn, counts, more).select(
        all__outside="outside",
        round_within__met="within",
        round_within__missed=col("answered") - col("within") + col("late") + col("unanswered") - col("closed_within"),
        round_within__excluded="closed_within",
        round_within__unmeasurable="unjudged",
        round_within__pending=col("open") - col("late"),
        response_mean__counted="answered",
        response_mean__amount_us="amount",
        response_mean__excluded="unanswered",
        response_mean__unmeasurable="unjudged",
        response_mean__pending="open",
    )


def _office() -> pl.LazyFrame:
    """The days of the autumn: whether a working day, the how many-th, its close in UTC."""
    worked, off = ([date.fromisoformat(day) for day in days] for days in (WORKED, DAYS_OFF))
    days = pl.LazyFrame({"day": pl.date_range(date(2026, 9, 1), date(2026, 12, 31), eager=True)})
    working = col("day").is_in(worked) | ((col("day").dt.weekday() <= 5) & ~col("day").is_in(off))
    return days.with_columns(working=working, nth=working.cast(pl.Int64).cum_sum()).with_columns(
        close_at=(col("day").cast(pl.Datetime("us")) + timedelta(hours=10)).dt.replace_time_zone("UTC")
    )


def _closes() -> pl.LazyFrame:
    return _office().filter("working").select(due_nth="nth", due_at="close_at")


def _local_day(at: pl.Expr) -> pl.Expr:
    return (_local(at) // DAY_US).cast(pl.Int32).cast(pl.Date)


def _office_open(at: pl.Expr, prefix: str) -> pl.Expr:
    """Microseconds that the office (09:00 to 18:00 of working days) was open up to an instant of a joined day."""
    working = col(f"{prefix}_working").cast(pl.Int64)
    today = (_local(at) % DAY_US - 9 * HOUR_US).clip(0, 9 * HOUR_US) * working
    return (col(f"{prefix}_nth") - working) * (9 * HOUR_US) + today


def _threads(home: Path) -> pl.LazyFrame:
    day = _office()
    asked, answer = (
        day.select(
            col("day").alias(f"{name}_on"), col("working").alias(f"{name}_working"), col("nth").alias(f"{name}_nth")
        )
        for name in ("asked", "answer")
    )
    mail = (
        _scan(home, "thread")
        .filter(_in_month(pl.coalesce("asked_at", "first_at")))
        .with_columns(answered_at=pl.when(col("answered_at") <= CUT_OFF).then("answered_at"))
        .with_columns(asked_on=_local_day(col("asked_at")), answer_on=_local_day(col("answered_at")))
        .join(asked, on="asked_on", how="left")
        .join(answer, on="answer_on", how="left")
        .with_columns(due_nth=col("asked_nth") + 1)
        .join(_closes(), on="due_nth", how="left")
        .with_columns(
            outside=(col("begun_by") == "out").fill_null(value=False) | col("asked_at").is_null(),
            response_us=_office_open(col("answered_at"), "answer") - _office_open(col("asked_at"), "asked"),
            answered=col("answered_at").is_not_null(),
        )
    )
    judged = ~col("outside") & ~col("contradicting") & ~col("ambiguous_time") & ~col("is_negative")
    counts = {
        "outside": col("outside"),
        "unjudged": ~col("outside") & ~judged,
        "answered": judged & col("answered"),
        "within": judged & (col("answered_at") <= col("due_at")),
        "unanswered": judged & ~col("answered"),
        "late": judged & ~col("answered") & (col("due_at") < CUT_OFF),
    }
    return _counted(mail, counts, {"amount": col("response_us").filter(judged).sum()}).select(
        all__outside="outside",
        reply_within_days__met="within",
        reply_within_days__missed=col("answered") - col("within") + col("late"),
        reply_within_days__unmeasurable="unjudged",
        reply_within_days__pending=col("unanswered") - col("late"),
        reply_mean__counted="answered",
        reply_mean__amount_us="amount",
        reply_mean__unmeasurable="unjudged",
        reply_mean__pending="unanswered",
    )


CONTACT = (
    "channel",
    "contact_id",
    "customer_id",
    "topic",
    "resolved",
    "arrival_at",
    "ended_at",
    "contradicting",
    "is_open",
    "is_candidate",
    "is_handled",
    "was_answered",
)


def _calls_as_contacts(home: Path) -> list[pl.LazyFrame]:
    """Calls of one leg, and those of several put together."""
    call, legs = _scan(home, "call"), _scan(home, "leg")
    known = (col("answered_at") <= CUT_OFF).fill_null(value=True)
    end = pl.coalesce("ended_at", "answered_at", "arrived_at")
    open_call = (col("ended_at") > CUT_OFF).fill_null(value=False)  # a flag set after the cut-off is not known
    answered, entered, inbound = (
        col("outcome") == "answered",
        col("outcome") != "ivr_only",
        col("direction") == "inbound",
    )
    one = call.filter(col("leg_count") == 1).with_columns(
        channel=pl.lit("phone"),
        contact_id="call_id",
        arrival_at=pl.coalesce("queued_at", "arrived_at"),
        ended_at=end,
        is_open=open_call,
        resolved=pl.when(~open_call).then("resolved"),
        is_candidate=inbound & entered,
        is_handled=inbound & answered & known,
        was_answered=answered,
    )
    several = (
        legs.group_by("call_id")
        .agg(
            arrival_at=pl.coalesce(col("place").filter(entered).min(), col("place").min()),
            ended_at=end.max(),
            is_open=open_call.any(),
            entered=entered.any(),
            was_answered=answered.any(),
            known=(answered & (col("answered_at") <= CUT_OFF)).fill_null(value=False).any(),
        )
        .join(call.select("call_id", "direction", "customer_id", "topic", "resolved", "contradicting"), on="call_id")
        .with_columns(
            channel=pl.lit("phone"),
            contact_id="call_id",
            resolved=pl.when(~col("is_open")).then("resolved"),
            is_candidate=inbound & col("entered"),
            is_handled=inbound & col("known"),
        )
    )
    return [one.select(CONTACT), several.select(CONTACT)]


def _all_contacts(home: Path) -> pl.LazyFrame:
    """Contacts of every channel in one frame."""
    theirs = (col("opened_by") != "agent").fill_null(value=True) & col("first_line_at").is_not_null()
    human, requested = col("human_line_count") > 0, col("request_at").is_not_null()
    chat = _scan(home, "session").with_columns(
        channel=pl.lit("chat"),
        contact_id="session_id",
        arrival_at=pl.coalesce("asked_at", "first_at"),
        ended_at=pl.coalesce("last_human_at", "last_at"),
        is_open=col("last_at") > CUT_OFF,
        resolved=pl.when(col("last_at") <= CUT_OFF).then("resolved"),
        is_candidate=theirs & (requested | human),
        is_handled=theirs & requested & human & (pl.coalesce("answered_at", "last_human_at") <= CUT_OFF),
        was_answered=human & col("first_line_at").is_not_null(),
    )
    begun, replied = col("begun_by") == "in", col("reply_count") > 0
    mail = _scan(home, "thread").with_columns(
        channel=pl.lit("email"),
        contact_id="thread_id",
        arrival_at=pl.coalesce("asked_at", "first_at"),
        ended_at=pl.coalesce("last_reply_at", "last_at"),
        is_open=(col("last_reply_at") > CUT_OFF).fill_null(value=False),
        resolved=pl.when(col("last_reply_at") <= CUT_OFF).then("resolved"),
        is_candidate=begun & col("asked_at").is_not_null(),
        is_handled=begun & replied & (pl.coalesce("answered_at", "last_reply_at") <= CUT_OFF),
        was_answered=replied,
    )
    return pl.concat([*_calls_as_contacts(home), chat.select(CONTACT), mail.select(CONTACT)])


def _cases(home: Path) -> pl.LazyFrame:
    at = {name: pl.when(col(name) <= CUT_OFF).then(name) for name in ("plan_at", "resolved_at", "withdrawn_at")}
    return (
        _scan(home, "case")
        .filter(col("contact_id").is_not_null() & (col("begins_at") <= CUT_OFF))
        .with_columns(**at)
        .select(
            "contact_id",
            "withdrawn_at",
            "paused_at",
            "plan_at",
            "resolved_at",
            "resumed_at",
            channel="contact_channel",
            opened_at="begins_at",
        )
    )


def _contacts(home: Path) -> pl.LazyFrame:
    same = (col("customer_id") == col("customer_id").shift(-1)) & (col("topic") == col("topic").shift(-1))
    days = _office().select(arrived_on="day", arrived_nth="nth")
    contact = (
        _all_contacts(home)
        .filter(col("is_candidate") & (col("arrival_at") >= pl.lit(SINCE)) & (col("arrival_at") <= CUT_OFF))
        .sort("customer_id", "topic", "arrival_at")
        .with_columns(next_at=pl.when(same).then(col("arrival_at").shift(-1)))
        .filter(col("is_handled") & (col("arrival_at") < pl.lit(UNTIL)))
        .join(_cases(home), on=["channel", "contact_id"], how="left")
        # what was said before the contact answers nothing of it
        .with_columns(
            done_at=pl.min_horizontal(
                *(pl.when(col(n) >= col("arrival_at")).then(n) for n in ("plan_at", "resolved_at"))
            )
        )
        .with_columns(resumed_at=pl.min_horizontal("resumed_at", "done_at", CUT_OFF))
        .with_columns(arrived_on=_local_day(col("arrival_at")))
        .join(days, on="arrived_on", how="left")
        .with_columns(due_nth=col("arrived_nth") + 3)
        .join(_closes(), on="due_nth", how="left")
    )
    # few: the third working day in whose close the clock is not paused
    paused = (
        contact.filter(col("paused_at").is_not_null())
        .select("channel", "contact_id", "arrived_nth", "paused_at", "resumed_at")
        .join(_closes(), how="cross")
        .filter(col("due_nth") > col("arrived_nth"))
        .filter(~((col("paused_at") < col("due_at")) & (col("due_at") < col("resumed_at"))))
        .group_by("channel", "contact_id")
        .agg(moved_at=col("due_at").sort().get(2))
    )
    contact = (
        contact.join(paused, on=["channel", "contact_id"], how="left")
        .with_columns(due_at=pl.coalesce("moved_at", "due_at"))
        .select(
            "contradicting",
            "resolved",
            "is_open",
            nobody=col("customer_id").is_null() | col("topic").is_null(),
            has_any_case=col("opened_at").is_not_null(),
            has_case=(_us(col("opened_at")) - _us(col("ended_at")) <= 168 * HOUR_US).fill_null(value=False),
            done=(col("done_at") <= col("due_at")).fill_null(value=False),
            withdrawn=(
                (col("withdrawn_at") <= col("due_at")) & (col("withdrawn_at") < col("done_at")).fill_null(value=True)
            ).fill_null(value=False),
            over=(col("done_at").is_not_null() | (col("due_at") < CUT_OFF)).fill_null(value=False),
            repeated=(_us(col("next_at")) - _us(col("ended_at")) <= 2 * HOUR_US).fill_null(value=False),
            passed=_us(CUT_OFF) - _us(col("ended_at")) > 2 * HOUR_US,
        )
    )
    known, flag = ~col("contradicting"), col("resolved").fill_null(value=False)
    spot = known & flag & ~col("has_case")
    unknown = known & col("resolved").is_null() & ~col("has_any_case")
    needs = known & ~spot & ~unknown
    no_flag = ~col("has_case") & col("resolved").is_null()
    asked = known & ~col("nobody")
    counts = {
        "on_the_spot__met": spot,
        "on_the_spot__missed": known & (col("has_case") | ~col("resolved").fill_null(value=True)),
        "on_the_spot__unmeasurable": col("contradicting") | (no_flag & ~col("is_open")),
        "on_the_spot__pending": known & no_flag & col("is_open"),
        "follow_up__outside": spot,
        "follow_up__met": needs & col("done") & ~col("withdrawn"),
        "follow_up__missed": needs & ~col("done") & ~col("withdrawn") & col("over"),
        "follow_up__excluded": needs & col("withdrawn"),
        "follow_up__unmeasurable": col("contradicting") | (unknown & ~col("is_open")),
        "follow_up__pending": (needs & ~col("done") & ~col("withdrawn") & ~col("over")) | (unknown & col("is_open")),
        "repeat_rate__met": asked & ~col("repeated") & col("passed"),
        "repeat_rate__missed": asked & col("repeated"),
        "repeat_rate__unmeasurable": col("contradicting") | col("nobody"),
        "repeat_rate__pending": asked & ~col("repeated") & ~col("passed"),
    }
    return _counted(contact, counts, {})


def _contact_of(home: Path) -> pl.LazyFrame:
    """What surveys and inspections need to know of their contact."""
    return (
        _all_contacts(home)
        .filter(_in_month(col("arrival_at")))
        .select(
            "contact_id",
            "arrival_at",
            "ended_at",
            "was_answered",
            contact_channel="channel",
            of_contact="contradicting",
        )
    )


def _surveys(home: Path) -> pl.LazyFrame:
    key = ["contact_channel", "contact_id"]
    at, open_until = col("answered_at"), col("ended_at") + timedelta(hours=168)
    heard = (at >= col("arrival_at")) & (at <= open_until) & (at <= CUT_OFF) & col("rating_us").is_not_null()
    valid = heard & col("rating_us").is_between(SECOND_US, 5 * SECOND_US)
    asked = (
        _scan(home, "survey")
        .filter(col("invited_at") <= CUT_OFF)
        .join(_contact_of(home), on=key)
        .with_columns(valid=valid.fill_null(value=False), off=(heard & ~valid).fill_null(value=False))
        .group_by(key)
        .agg(
            answered=col("was_answered").first(),
            wrong=(col("contradicting") | col("of_contact")).any(),
            off=col("off").any(),
            waiting=open_until.first() >= CUT_OFF,
            rating=col("rating_us").filter("valid").get(at.filter("valid").arg_max(), null_on_oob=True),
        )
    )
    judged, rated = col("answered") & ~col("wrong"), col("rating").is_not_null()
    silent = judged & ~rated & ~col("off")
    counts = {
        "all__outside": ~col("answered"),
        "csat__counted": judged & rated,
        "csat__excluded": silent & ~col("waiting"),
        "csat__unmeasurable": (col("answered") & col("wrong")) | (judged & ~rated & col("off")),
        "csat__pending": silent & col("waiting"),
        "satisfied__met": judged & (col("rating") >= 4 * SECOND_US),
        "satisfied__missed": judged & (col("rating") < 4 * SECOND_US),
    }
    counts |= {f"satisfied__{kind}": counts[f"csat__{kind}"] for kind in ("excluded", "unmeasurable", "pending")}
    return _counted(asked, counts, {"csat__amount_us": col("rating").filter(judged).sum()})


def _inspections(home: Path) -> pl.LazyFrame:
    key = ["contact_channel", "contact_id"]
    last = (
        _scan(home, "inspection")
        .filter(col("inspected_at") <= CUT_OFF)
        .sort("inspected_at", "inspection_id")
        .unique(key, keep="last", maintain_order=True)
        .join(_contact_of(home), on=key)
        .with_columns(wrong=col("contradicting") | col("of_contact"), fatal=col("fatal").fill_null(value=False))
        .with_columns(
            accuracy=pl.when("fatal").then(0).otherwise("accuracy_us"),
            found=pl.max_horizontal(col("violations").list.n_unique().fill_null(0), col("fatal").cast(pl.UInt32)),
        )
    )
    judged = col("was_answered") & ~col("wrong")
    counts = {
        "all__outside": ~col("was_answered"),
        "accuracy__counted": judged & col("accuracy").is_not_null(),
        "accuracy__unmeasurable": col("was_answered") & (col("wrong") | col("accuracy").is_null()),
        "violations__met": judged & (col("found") == 0),
        "violations__missed": judged & (col("found") > 0),
        "violations__unmeasurable": col("was_answered") & col("wrong"),
    }
    more = {
        "accuracy__amount_us": col("accuracy").filter(judged).sum(),
        "violations__amount_us": col("found").filter(judged).cast(pl.Int64).sum() * SECOND_US,
    }
    return _counted(last, counts, more)
