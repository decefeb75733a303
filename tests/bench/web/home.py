"""The home that is read: twenty-four closed months of made-up interactions, and an account a reader."""

import json
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from inspect import getsource
from pathlib import Path

from pipelines.core.canonical import sha256_hex
from pipelines.core.period import Month
from pipelines.core.zone import day_begins_at
from pipelines.ingest.items import assembly_digest
from pipelines.metrics.declare import metric_named
from pipelines.runs.close_month import close_month
from pipelines.runs.serving import make_missing
from pipelines.workflow import Role, open_workflow
from tests.bench.interactions.indicators import CALENDARS, METRICS
from tests.bench.interactions.views import CONTRACT, INDICATOR, write_contract
from tests.bench.interactions.world import make_world

FOLDER, LAST, ZONE, VENDOR = Path(".cache/bench"), Month(2026, 10), "Asia/Shanghai", "v"
ITEMS_AN_AGENT = 2000  # a month: some ninety a working day
CLOSED_AFTER = timedelta(days=3)
TEAMS = tuple(f"team {number}" for number in range(4))
ROLES = (Role.AUDITOR, Role.FINANCE, Role.LEAD, Role.AUDITOR, Role.LEAD)  # of each five readers, in turn


@dataclass(frozen=True)
class Person:
    """A reader's account."""

    login: str
    password: str
    role: str
    team: str


def months_of(count: int) -> list[Month]:
    """Return so many months, the last of them October 2026."""
    return [LAST.after(-back) for back in reversed(range(count))]


def home_of(n: int, months: int, *, again: bool = False) -> Path:
    """Return a home of ``n`` interactions in all over so many closed months; made anew where its makers changed."""
    folder = FOLDER / f"web-{n}-{months}"
    note, stamp = folder / "made_by", _makers()
    if not again and note.exists() and note.read_text(encoding="utf-8") == stamp:
        make_missing(folder, _say)
        return folder
    began, each, span = time.perf_counter(), n // months, months_of(months)
    make_world(folder, each, parquet=False, months=span, agents=max(4, each // ITEMS_AN_AGENT))
    shutil.rmtree(folder / "spilled", ignore_errors=True)
    _say(f"{n:,} interactions over {months} months made in {time.perf_counter() - began:.0f} s")
    contract = _write_contract(folder, span)
    for month in span:
        began = time.perf_counter()
        closed = close_month(folder, str(contract), month, now=day_begins_at(month.days.until, ZONE) + CLOSED_AFTER)
        _say(f"{month}: {closed.ref.id} closed in {time.perf_counter() - began:.0f} s")
    make_missing(folder, _say)
    note.write_text(stamp, encoding="utf-8")
    return folder


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _makers() -> str:
    """Return the digest of what decides the home's content; how a close writes it down, and what is served, is not."""
    here = Path(__file__).parent
    files = [here.parent / "interactions" / "world.sql", here.parent / "interactions" / "world.py"]
    said = [path.read_text(encoding="utf-8") for path in files]
    said += [getsource(_write_contract), f"{LAST} {ZONE} {ITEMS_AN_AGENT} {CLOSED_AFTER}"]
    said += [CONTRACT, INDICATOR, CALENDARS, assembly_digest(), *(metric_named(key).digest for key in METRICS.values())]
    return sha256_hex("\n".join(said).encode())


def _write_contract(folder: Path, span: Sequence[Month]) -> Path:
    """Write the bench's contract for these months; a missed promise costs half a percent."""
    path = write_contract(folder)
    text = path.read_text(encoding="utf-8")
    text = text.replace("from: 2026-10-01", f"from: {span[0].days.since}")
    text = text.replace("since: 2026-01-01, decided: 2025-12-01", "since: 2024-01-01, decided: 2023-12-01")
    charge = "    consequences:\n      - {id: charge, form: fixed, rate: 0.5%, kind: kpi}\n"
    path.write_text(text.replace("    class: key\n", f"    class: key\n{charge}"), encoding="utf-8")
    return path


def people_of(folder: Path, count: int) -> list[Person]:
    """Return so many readers with their passwords, which are kept beside the home; made where there are none."""
    file = folder / "people.json"
    if file.exists() and (folder / "workflow.sqlite").exists():
        found = [Person(**one) for one in json.loads(file.read_text(encoding="utf-8"))]
        if len(found) == count:
            return found
    for path in folder.glob("workflow.sqlite*"):
        path.unlink()
    workflow, now, people = open_workflow(folder), day_begins_at(LAST.days.until, ZONE), list[Person]()
    for number in range(count):
        role, team = ROLES[number % len(ROLES)], TEAMS[number % len(TEAMS)]
        scope = {"vendor": VENDOR, "teams": (team,)} if role is Role.LEAD else {}
        login = f"reader{number}"
        password = workflow.add_account(
            login, name=login, role=role, way_in="lasting", by="bench", now=now, **scope  # type: ignore[arg-type]
        )  # fmt: skip
        people.append(Person(login, password or "", str(role), team if scope else ""))
    workflow.close()
    file.write_text(json.dumps([asdict(one) for one in people], indent=1), encoding="utf-8")
    return people
