"""The sample world, day by day, into the exports that its systems would deliver."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipelines.core.period import Month
from pipelines.core.problem import Problem, Refused
from pipelines.samples import (
    aftermath,
    calls,
    cases,
    chats,
    files,
    lines,
    logs,
    mails,
    staff_logs,
    tally,
    vendor_report,
)
from pipelines.samples.chance import Dice
from pipelines.samples.contacts import CHANNELS, Population
from pipelines.samples.days import (
    CHAT_HOURS,
    DAY_S,
    FIRST_RESPONSE_HOURS,
    PHONE_HOURS,
    WORST_DAY,
    Horizon,
    arrivals,
    day_of,
    months_until,
    number_of,
    share_out,
    volume_weight,
)  # fmt: skip
from pipelines.samples.files import Export, Shelf
from pipelines.samples.logs import Log
from pipelines.samples.people import QUEUE_VENDOR, YUANFAN, YUNQIAO, Desk
from pipelines.samples.report import Figure, Planted, SampleFile, SampleReport
from pipelines.samples.workbook import workbook

DEFAULT_UNTIL = date(2026, 11, 1)
CHANNEL_SHARES = (33, 43, 7, 17)  # phone, chat, email, case
FIRST_CLOSE_AFTER_DAYS = 3  # the logs are exported on the 4th; what happens later comes in a late delivery
LATE_DAYS = 2  # the second vendor's calls of the last two days come after the first close

BREAKS_ON = {"phone": 5, "chat": 7, "email": 9, "case": 11, "survey": 13, "inspection": 15}  # days of the month
OVERLAP_ON = 14  # of this day the platform exports an hour a second time
CORRECTED_ON, CORRECTED = 18, 20


@dataclass
class _World:
    """What a run holds from day to day."""

    out: Path
    seed: int
    population: Population
    horizon: Horizon
    counts: dict[int, tuple[int, ...]]
    last_month: Month
    shelves: dict[str, Shelf]
    others: list[SampleFile] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    late_calls: Export | None = None
    any_line: lines.Texts = None
    books: tally.Books = field(default_factory=lambda: tally.Books(0, tally.Tally(), tally.Tally()))
    without_worst_day: tally.Books = field(default_factory=lambda: tally.Books(0, tally.Tally(), tally.Tally()))

    def dice(self, day: int, purpose: int) -> Dice:
        """Return the stream of chance of a day and purpose."""
        return Dice(self.seed, day, purpose)


def generate(
    out: Path,
    *,
    months: int,
    rows: int,
    seed: int,
    until: date = DEFAULT_UNTIL,
    progress: Callable[[str], None] | None = None,
) -> SampleReport:
    """Write the sample logs of ``months`` months up to ``until`` (the first of a month, itself out) below ``out``.

    ``rows`` is the number of interactions (calls, sessions, threads, cases) in all. A day's rows depend on the seed and
    on rows per month alone. ``progress`` is told each month. Files of the same name are overwritten.
    """
    _refuse_bad_wishes(months, rows, seed, until)
    spans = months_until(until, months)
    counts = _counts(spans, rows)
    first = number_of(spans[0].days.since)
    world = _World(
        out, seed, Population(seed, max(400, rows // months * 2 // 3)),
        Horizon(first - 14, number_of(until) + 90), counts, spans[-1],
        {log.mapping: Shelf(out, log, until + timedelta(days=FIRST_CLOSE_AFTER_DAYS)) for log in _MONTHLY},
    )  # fmt: skip
    interactions: dict[str, dict[str, int]] = {}
    for month in spans:
        if progress:
            progress(files.str_of(month))
        _write_month(world, month)
        days = [counts[number_of(day)] for day in month.days]
        interactions[files.str_of(month)] = {name: sum(day[n] for day in days) for n, name in enumerate(CHANNELS)}
    for shelf in world.shelves.values():
        shelf.close_last(until)
    if world.late_calls is not None:
        world.late_calls.plant("late_file", world.late_calls.lines, "the last days, delivered after the first close")
        _keep(world, world.late_calls)
    _write_roster(world, until)
    every = [file for shelf in world.shelves.values() for file in shelf.closed] + world.others
    notes = [note for shelf in world.shelves.values() for note in shelf.planted] + world.planted
    every.sort(key=lambda file: (file.is_late, _order_of(file.mapping), file.month, len(file.path), file.path))
    return SampleReport(
        out, seed, tuple(every), _summed(notes),
        tuple(world.figures), interactions,
    )  # fmt: skip


def _summed(notes: list[Planted]) -> tuple[Planted, ...]:
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for note in notes:
        sums[note.path, note.kind, note.what] += note.count
    return tuple(Planted(kind, path, count, what) for (path, kind, what), count in sorted(sums.items()))


_MONTHLY = (
    logs.YUNQIAO_CALLS, logs.YUANFAN_CALLS, logs.CHATS, logs.MAILS, logs.CASES, logs.SURVEYS, logs.INSPECTIONS,
)  # fmt: skip


def _order_of(mapping: str | None) -> int:
    every = [log.mapping for log in (logs.ROSTER, *_MONTHLY, logs.ATTENDANCE)]
    return every.index(mapping) if mapping else len(every)


def _refuse_bad_wishes(months: int, rows: int, seed: int, until: date) -> None:
    wishes = (
        (months < 1, "months", f"{months} months are no span.", "Ask for 1 or more."),
        (months >= 1 and rows < 1000 * months, "rows", f"{rows} rows over {months} months are too few to be a service.",
         "Ask for at least 1,000 a month."),
        (not 0 <= seed < 2**63, "seed", f"{seed} is no seed.", "Use a whole number from 0 on."),
        (until.day != 1, "until", f"{until} is not the first of a month.", "Give the first day after the last month."),
    )  # fmt: skip
    found = [Problem(f"sample --{name}", what, mend, "sample.wish") for wrong, name, what, mend in wishes if wrong]
    if found:
        raise Refused(found)


def _counts(spans: list[Month], rows: int) -> dict[int, tuple[int, ...]]:
    """Return each day's interactions by channel; also of the week before, which repeats look back to."""
    counts: dict[int, tuple[int, ...]] = {}
    per_month = share_out(rows, [1] * len(spans))
    for month, total in zip([spans[0].after(-1), *spans], [per_month[0], *per_month], strict=True):
        weights = [volume_weight(day) for day in month.days]
        by_channel = [share_out(part, weights) for part in share_out(total, list(CHANNEL_SHARES))]
        for place, day in enumerate(month.days):
            counts[number_of(day)] = tuple(channel[place] for channel in by_channel)
    return counts


def _write_month(world: _World, month: Month) -> None:
    ends_at = number_of(month.days.until) * DAY_S
    world.books = tally.Books(ends_at, world.books.later, tally.Tally())
    world.without_worst_day = tally.Books(ends_at, world.without_worst_day.later, tally.Tally())
    exports = {mapping: shelf.open(month) for mapping, shelf in world.shelves.items()}
    extra = [export for day in month.days for export in _write_day(world, month, day)]
    files.leave_quote_open(exports[logs.YUNQIAO_CALLS.mapping], world.any_line)
    for shelf in world.shelves.values():
        shelf.close()
    for export in extra:
        _keep(world, export)
    if month == world.last_month:
        _resend(world, world.shelves[logs.SURVEYS.mapping].closed[-1])
    _write_attendance(world, month)
    _write_vendor_reports(world, files.str_of(month))


def _keep(world: _World, export: Export) -> None:
    world.others.append(export.close())
    world.planted.extend(export.planted)


def _write_day(world: _World, month: Month, day: date) -> list[Export]:
    """Make one day of every channel and write it; return the further files that began on it."""
    number = number_of(day)
    counts = world.counts[number]
    desk = Desk(day)
    arrived = {
        channel: arrivals(
            world.dice(number, channel), number, counts[channel], evening=chats.EVENING if channel == 1 else 1
        )
        for channel in range(3)
    }
    before = [world.counts.get(number - back, (0, 0, 0, 0)) for back in range(1, 7)]
    everyone = world.population.of_day(world.dice(number, 10), number, arrived, before)
    steps = np.cumsum([0, *(len(at) for at in arrived.values())])
    who = [everyone.part(slice(int(a), int(b))) for a, b in pairwise(steps)]

    phone, chat = world.horizon.service(PHONE_HOURS), world.horizon.service(CHAT_HOURS)
    first_response = world.horizon.service(FIRST_RESPONSE_HOURS)
    today = _Day(
        calls.of_day(world.dice(number, 11), number, arrived[0], who[0], phone, desk),
        chats.of_day(world.dice(number, 12), number, arrived[1], who[1], chat, desk),
        mails.of_day(world.dice(number, 13), number, arrived[2], who[2], world.horizon, desk),
    )
    groups = [today.calls.handled(YUNQIAO), today.calls.handled(YUANFAN), today.chats.handled(), today.mails.handled()]
    forms_at = arrivals(world.dice(number, 3), number, counts[3])
    forms = world.population.identities(number, 3, np.arange(counts[3], dtype=np.int64))
    opened = cases.of_day(world.dice(number, 14), number, counts[3], forms_at, forms, groups, world.horizon, desk)
    surveys = aftermath.surveys_of_day(world.dice(number, 15), number, groups)
    inspections = aftermath.inspections_of_day(world.dice(number, 16), number, groups, world.horizon)

    books, of_day = world.books, tally.Books(world.books.ends_at, tally.Tally(), tally.Tally())
    tally.count_calls(books, today.calls, phone)
    tally.count_chats(of_day, today.chats, chat, first_response)
    for counted in (books, world.without_worst_day) if day != WORST_DAY else (books,):
        counted.now.merge(of_day.now)
        counted.later.merge(of_day.later)
    tally.count_mails(books, today.mails)
    for group in groups:
        tally.count_resolved(books, QUEUE_VENDOR[group.queue], group.arrived, group.resolved)
    tally.count_opinions(books, surveys, inspections)
    return _write_logs(world, month, day, today, opened, surveys, inspections)


@dataclass
class _Day:
    calls: calls.Calls
    chats: chats.Chats
    mails: mails.Mails


def _write_logs(
    world: _World,
    month: Month,
    day: date,
    today: _Day,
    opened: cases.Cases,
    surveys: aftermath.Surveys,
    inspections: aftermath.Inspections,
) -> list[Export]:
    """Write a day's lines, broken and repeated ones among them; return the further files that began on it."""
    shelf = {log.mapping: world.shelves[log.mapping] for log in _MONTHLY}
    further: list[Export] = []
    yunqiao = calls.yunqiao_lines(today.calls)
    world.any_line = yunqiao[:1] if len(yunqiao) else world.any_line
    shelf[logs.YUNQIAO_CALLS.mapping].export.write(yunqiao)
    yuanfan = calls.yuanfan_lines(today.calls)
    _late_or_not(world, month, day).write(yuanfan)
    if day.day == BREAKS_ON["phone"]:
        _spoil(shelf[logs.YUNQIAO_CALLS.mapping].export, yunqiao)
        _spoil(shelf[logs.YUANFAN_CALLS.mapping].export, yuanfan)
    if day.day == CORRECTED_ON:
        further.append(_correct(world, month, day, yunqiao))

    events = len(today.chats.events["session"])
    spoiled = day.day == BREAKS_ON["chat"]
    for since in range(0, events, lines.SLICE):
        texts = chats.chat_lines(today.chats, since, since + lines.SLICE)
        shelf[logs.CHATS.mapping].export.write(texts)
        if spoiled and since == 0:
            _spoil(shelf[logs.CHATS.mapping].export, texts)
    if day.day == OVERLAP_ON:
        further.append(_overlap(world, month, day, today.chats))

    written = {
        "email": (logs.MAILS, shelf[logs.MAILS.mapping].put(*mails.mail_lines(today.mails))),
        "case": (logs.CASES, shelf[logs.CASES.mapping].put(*cases.case_lines(opened))),
        "inspection": (logs.INSPECTIONS, shelf[logs.INSPECTIONS.mapping].put(*aftermath.inspection_lines(inspections))),
        "survey": (logs.SURVEYS, shelf[logs.SURVEYS.mapping].put(aftermath.survey_lines(surveys), surveys.invited)),
    }
    for name, (log, texts) in written.items():
        if day.day == BREAKS_ON[name]:
            _spoil(shelf[log.mapping].export, texts)
    return further


def _spoil(export: Export, texts: lines.Texts) -> None:
    files.break_lines(export, texts)
    files.repeat_lines(export, texts, 5)


def _late_or_not(world: _World, month: Month, day: date) -> Export:
    """Return the file for the second vendor's calls: those of the last days come after the first close."""
    if month != world.last_month or (month.days.until - day).days > LATE_DAYS:
        return world.shelves[logs.YUANFAN_CALLS.mapping].export
    if world.late_calls is None:
        log, ends = logs.YUANFAN_CALLS, month.days.until - timedelta(days=1)
        path = f"late/{log.mapping}/{log.stem}_{day:%Y%m%d}_{ends:%d}.csv"
        world.late_calls = Export(world.out, path, log, files.str_of(month), is_late=True)
    return world.late_calls


def _overlap(world: _World, month: Month, day: date, sessions: chats.Chats) -> Export:
    """Export the sessions of ten to eleven o'clock a second time: every line a duplicate."""
    log = logs.CHATS
    export = Export(world.out, f"{log.mapping}/{log.stem}_{day:%Y%m%d}_10h.csv", log, files.str_of(month))
    hour = sessions.opened % DAY_S // 3600
    since, until = (int(n) for n in np.searchsorted(hour, (10, 11)))
    first, last = (int(n) for n in np.searchsorted(sessions.events["session"], (since, until)))
    for begin in range(first, last, lines.SLICE):
        export.write(chats.chat_lines(sessions, begin, min(begin + lines.SLICE, last)))
    export.duplicates = export.lines
    export.plant("overlapping_export", export.lines, "lines that stand in the month's file too")
    return export


def _correct(world: _World, month: Month, day: date, texts: lines.Texts) -> Export:
    """Send some calls again, a day later, with half a minute more of wrap-up."""
    log = logs.YUNQIAO_CALLS
    export = Export(world.out, f"{log.mapping}/{log.stem}_{day:%Y%m%d}_corrections.csv", log, files.str_of(month))
    wrap, stamp = log.place("整理秒数"), log.place("更新时间")
    rows = [row for text in texts.to_pylist() if (row := text.split(log.delimiter))[wrap]][:CORRECTED]
    for row in rows:
        row[wrap] = str(int(row[wrap]) + 30)
        row[stamp] = f"{day + timedelta(days=1)} 12:00:00"
    export.write(pa.array([log.delimiter.join(row) for row in rows], pa.string()))
    export.corrections = len(rows)
    export.plant("corrected_record", len(rows), "a later version: 30 s more of wrap-up")
    return export


def _write_bytes(
    world: _World, path: str, content: bytes, log: Log | None, month: str, *, line_count: int, quarantined: int = 0
) -> None:
    target = world.out / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    mapping, digest = log.mapping if log else None, sha256(content).hexdigest()
    file = SampleFile(path, mapping, month, line_count, quarantined, 0, 0, len(content), digest)
    world.others.append(file)


def _resend(world: _World, file: SampleFile) -> None:
    """Deliver a file a second time under another name."""
    path = file.path.replace(".csv", "_resent.csv")
    _write_bytes(world, path, (world.out / file.path).read_bytes(), logs.SURVEYS, file.month, line_count=file.lines)
    world.others[-1] = replace(world.others[-1], same_as=file.path)
    world.planted.append(Planted("same_file", path, 1, f"the bytes of {file.path}"))


def _write_attendance(world: _World, month: Month) -> None:
    log = logs.ATTENDANCE
    shifts = list(staff_logs.attendance_rows(month))
    broken = ("X" + shifts[0][0], shifts[0][1], "2026-13-01 08:00:00", *shifts[0][3:])
    path = f"{log.mapping}/{log.stem}_{files.stamp(month)}.xlsx"
    content = workbook("考勤", [log.header, *shifts, broken])
    _write_bytes(world, path, content, log, files.str_of(month), line_count=len(shifts) + 1, quarantined=1)
    world.planted.append(Planted("unreadable_date", path, 1, f"{log.time_column}: '2026-13-01 08:00:00'"))


def _write_roster(world: _World, until: date) -> None:
    log = logs.ROSTER
    roster = [log.header, *staff_logs.roster_rows()]
    content = "".join(",".join(row) + "\n" for row in roster).encode("utf-8")
    last = day_of(number_of(until) - 1)
    path = f"{log.mapping}/{log.stem}_{last:%Y%m}.csv"
    _write_bytes(world, path, content, log, f"{last:%Y-%m}", line_count=len(roster) - 1)


def _write_vendor_reports(world: _World, month: str) -> None:
    stated = vendor_report.figures(month, world.books.now, world.without_worst_day.now)
    world.figures.extend(stated)
    for path, content in vendor_report.documents(month, stated).items():
        _write_bytes(world, path, content, None, month, line_count=len(tally.METRICS))
